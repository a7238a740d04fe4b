//! The servers that jobs talk to, each with its limits.
//!
//! It decides nothing: it tells the limiters what happened, and the ledger how much may be in
//! flight. Invariant: accounts at one endpoint share one gate.

use std::time::Duration;

use super::super::ledger::{Ledger, Server, Slots};
use super::super::limiter::{Class, Cut, Gate, Success};
use crate::model::Account;

/// Copies between folders of this machine at once.
const HERE: usize = 8;

/// All servers. The first one is this machine.
#[derive(Debug)]
pub(super) struct Pacing {
    /// Endpoints, by server.
    endpoints: Vec<Box<str>>,
    gates: Vec<Gate>,
    accounts: Vec<(Account, Server)>,
    slots: Vec<Slots>,
    fixed: Option<usize>,
}

impl Pacing {
    pub(super) fn new(fixed: Option<usize>) -> Self {
        Self {
            endpoints: vec!["".into()],
            gates: vec![Gate::new(Some(HERE))],
            accounts: Vec::new(),
            slots: vec![Slots::even(HERE)],
            fixed,
        }
    }

    /// What may be in flight, by server.
    pub(super) fn slots(&mut self) -> &[Slots] {
        for (slots, gate) in self.slots.iter_mut().zip(&self.gates) {
            *slots = Slots {
                opens: gate.limit(Class::Small),
                parts: gate.limit(Class::Part),
                both: gate.both(),
            };
        }
        &self.slots
    }

    fn server(&self, account: &Account) -> Option<Server> {
        let known = self.accounts.iter().find(|(known, _)| known == account);
        known.map(|(_, server)| *server)
    }

    /// A job talks to this account, whose endpoint `find` knows.
    pub(super) fn meet(
        &mut self,
        ledger: &mut Ledger,
        account: &Account,
        find: impl FnOnce() -> Option<Box<str>>,
    ) {
        if self.server(account).is_some() {
            return;
        }
        // An account that is gone has a server of its own: its jobs will fail there.
        let endpoint = find().unwrap_or_else(|| account.as_str().into());
        let known = self.endpoints.iter().skip(1).position(|e| *e == endpoint);
        let server = known.map_or(self.gates.len(), |at| at + 1);
        if known.is_none() {
            self.endpoints.push(endpoint);
            self.gates.push(Gate::new(self.fixed));
            self.slots.push(Slots::even(1));
        }
        self.accounts.push((account.clone(), server));
        ledger.meet(account, server);
    }

    /// A first question to this account's server took so long.
    pub(super) fn hint(&mut self, account: &Account, delay: Duration) {
        if let Some(server) = self.server(account) {
            self.gates[server].hint(delay);
        }
    }

    /// A piece of work ended well.
    pub(super) fn succeeded<'a>(
        &mut self,
        accounts: impl Iterator<Item = &'a Account>,
        class: Class,
        now: Duration,
        (ledger, success): (&Ledger, Success),
    ) {
        for account in accounts {
            let Some(server) = self.server(account) else {
                continue;
            };
            let (opens, parts) = ledger.load(server);
            let flying = match (self.fixed, class) {
                (Some(_), _) => opens + parts,
                (None, Class::Small) => opens,
                (None, Class::Part) => parts,
            };
            let success = Success { flying, ..success };
            self.gates[server].succeeded(class, now, &success);
        }
    }

    /// A server asked for less. Gives what is to be told about it, and to whom it belongs.
    pub(super) fn strained(
        &mut self,
        account: &Account,
        class: Class,
        now: Duration,
    ) -> Option<(&str, Cut)> {
        let server = self.server(account)?;
        let cut = self.gates[server].strained(class, now)?;
        Some((&self.endpoints[server], cut))
    }

    /// A person says how many may be in flight at once, or leaves it to the limiters.
    pub(super) fn fix(&mut self, at: Option<usize>, now: Duration) {
        self.fixed = at;
        for gate in self.gates.iter_mut().skip(1) {
            gate.fix(at, now);
        }
    }

    /// Whether a server asked for less and did not get over it.
    pub(super) fn is_slowed(&self) -> bool {
        self.gates.iter().any(Gate::is_slowed)
    }

    /// What a person said.
    pub(super) fn fixed(&self) -> Option<usize> {
        self.fixed
    }

    /// How many are in flight, or may be: the busiest server's limit of what is under way there.
    pub(super) fn at_once(&self, ledger: &Ledger) -> usize {
        let servers = self.gates.iter().enumerate().skip(1);
        let limits = servers.map(|(server, gate)| match ledger.load(server) {
            _ if self.fixed.is_some() => gate.both(),
            (0, 0) => 0,
            (_, 0) => gate.limit(Class::Small),
            (0, _) => gate.limit(Class::Part),
            (_, _) => gate.limit(Class::Small).max(gate.limit(Class::Part)),
        });
        limits.max().unwrap_or(0)
    }
}
