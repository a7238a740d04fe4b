//! How much may be in flight at each server, and how much is.
//!
//! Invariant: what was counted when a piece of work started is what is taken back when it lands.

use std::collections::BTreeMap;

use super::super::JobId;
use super::super::job::{Flight, Spec};
use crate::model::Account;

/// How much may be in flight at one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slots {
    /// Jobs that are opened, or done by one request.
    pub(crate) opens: usize,
    /// Parts.
    pub(crate) parts: usize,
    /// Both together.
    pub(crate) both: usize,
}

impl Slots {
    /// So many of anything.
    pub(crate) const fn even(n: usize) -> Self {
        Self {
            opens: n,
            parts: n,
            both: n,
        }
    }
}

/// Servers by number. The first one is this machine: copies between its folders.
pub(crate) type Server = usize;

/// What is in flight at one server.
#[derive(Debug, Default)]
pub(super) struct Load {
    opens: usize,
    parts: usize,
    /// The job of the last part.
    pub(super) last: Option<JobId>,
    opened_last: bool,
}

impl Load {
    pub(super) fn has_room(&self, slots: &Slots, flight: Flight) -> bool {
        self.opens + self.parts < slots.both.max(1)
            && match flight {
                Flight::Open => self.opens < slots.opens.max(1),
                Flight::Part(_) => self.parts < slots.parts.max(1),
                Flight::Check | Flight::Close | Flight::Abort => true,
            }
    }

    /// Of the slots, jobs that are opened and parts get equal shares while there are both.
    pub(super) fn opens_first(&self) -> bool {
        match self.opens.cmp(&self.parts) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => !self.opened_last,
            std::cmp::Ordering::Greater => false,
        }
    }
}

/// What is in flight everywhere.
#[derive(Debug, Default)]
pub(super) struct Loads {
    pub(super) flights: usize,
    pub(super) accounts: BTreeMap<Account, Server>,
    pub(super) each: Vec<Load>,
    /// The server whose turn was last.
    pub(super) turn: Server,
}

/// Whether something starts or lands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    Plus,
    Minus,
}

impl Loads {
    /// There are so many servers.
    pub(super) fn know(&mut self, servers: usize) {
        if self.each.len() < servers {
            self.each.resize_with(servers, Load::default);
        }
    }

    /// What is in flight at a server: jobs that are opened, and parts.
    pub(super) fn at(&self, server: Server) -> (usize, usize) {
        let load = self.each.get(server);
        load.map_or((0, 0), |load| (load.opens, load.parts))
    }

    pub(super) fn took_turn(&mut self, server: Server, job: JobId, flight: Flight) {
        self.turn = server;
        if let Some(load) = self.each.get_mut(server) {
            load.opened_last = flight == Flight::Open;
            if !load.opened_last {
                load.last = Some(job);
            }
        }
    }

    /// The server of an account; without one this machine.
    fn server(&self, account: Option<&Account>) -> Server {
        account
            .and_then(|account| self.accounts.get(account).copied())
            .unwrap_or(0)
    }

    /// The servers of a job: the one that its turn is counted by first, and perhaps another.
    pub(super) fn servers(
        &self,
        from: Option<&Account>,
        to: Option<&Account>,
    ) -> (Server, Option<Server>) {
        let first = self.server(to.or(from));
        let other = self.server(from.or(to));
        (first, (other != first).then_some(other))
    }

    pub(super) fn count(&mut self, spec: &Spec, flight: Flight, sign: Sign) {
        let step = |slot: &mut usize| match sign {
            Sign::Plus => *slot += 1,
            Sign::Minus => *slot = slot.saturating_sub(1),
        };
        step(&mut self.flights);
        let (first, other) = self.servers(spec.from.account(), spec.to.account());
        for server in std::iter::once(first).chain(other) {
            if let Some(load) = self.each.get_mut(server) {
                match flight {
                    Flight::Open => step(&mut load.opens),
                    Flight::Part(_) => step(&mut load.parts),
                    Flight::Check | Flight::Close | Flight::Abort => {}
                }
            }
        }
    }

    pub(super) fn has_room(
        &self,
        slots: &[Slots],
        servers: (Server, Option<Server>),
        flight: Flight,
    ) -> bool {
        let mut all = std::iter::once(servers.0).chain(servers.1);
        all.all(|server| {
            let room = self.each.get(server).zip(slots.get(server));
            room.is_some_and(|(load, slots)| load.has_room(slots, flight))
        })
    }
}
