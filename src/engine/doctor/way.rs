//! The way to a server: its name, its port, TLS, who answers, its clock, and whether it takes the
//! keys.
//!
//! Invariant: a step that is not reached is not judged.

use jiff::Timestamp;

use super::{Check, Desk};
use crate::model;
use crate::s3::{Error, ErrorKind, Greeting, ListBuckets, Speaker};

/// A clock that differs by less is right enough.
const CLOSE: u64 = 60;

/// Servers refuse what is signed for another time than theirs.
///
/// Source: Amazon S3, error code `RequestTimeTooSkewed`.
const REFUSED: u64 = 15 * 60;

/// The steps of the way, in their order.
const STEPS: [&str; 4] = ["name", "connect", "tls", "server"];

impl Desk<'_> {
    /// Looks at the way to the server; says whether it takes the keys.
    pub(super) async fn way(&self) -> bool {
        let greeting = match self.client.greet().await {
            Ok(greeting) => greeting,
            Err(error) => {
                self.stopped(&error);
                return false;
            }
        };
        self.passed(STEPS.len() - 1);
        let greets = matches!(greeting.speaker, Speaker::S3 | Speaker::OpenS3);
        let speaks = greets || self.speaks_to_us().await;
        self.tell(if speaks && !greets {
            Check::well("server", "an S3 server answers, to those who have keys")
        } else {
            Self::server(&greeting)
        });
        if let Some(date) = greeting.date {
            self.tell(clock(Timestamp::now(), date));
        }
        speaks && (self.profile.anonymous || (self.profile.keys.is_some() && self.access().await))
    }

    /// Some servers have nothing sensible to say to whoever has no keys.
    async fn speaks_to_us(&self) -> bool {
        if self.profile.anonymous || self.profile.keys.is_none() {
            return false;
        }
        match self.client.call(&ListBuckets::default()).await {
            Ok(_) => true,
            Err(error) => matches!(error.kind, ErrorKind::Denied | ErrorKind::Credentials),
        }
    }

    /// The steps that were taken, and the one that failed.
    fn stopped(&self, error: &Error) {
        let step = step_of(error.code.as_deref().unwrap_or_default());
        self.passed(step);
        let host = self.client.settings().endpoint.host();
        self.tell(Check {
            what: format!("{host} cannot be reached"),
            ..Check::failed(STEPS[step], error)
        });
    }

    /// The steps before this one went well.
    fn passed(&self, step: usize) {
        let endpoint = &self.client.settings().endpoint;
        let host = endpoint.host();
        for name in &STEPS[..step] {
            let check = match *name {
                "name" => Check::well(name, format!("{host} is known")),
                "connect" => Check::well(name, format!("{host} listens")),
                _ => self.tls(),
            };
            self.tell(check);
        }
    }

    fn tls(&self) -> Check {
        let settings = self.client.settings();
        let name = "tls";
        match (settings.endpoint.is_https(), settings.verify_tls) {
            (true, true) => Check::well(name, "the certificate is good"),
            (true, false) => Check::odd(name, "certificates are not checked").because(
                "whoever is in between can read and change everything",
                "leave out --no-verify-ssl; for an authority of your own use ca_bundle",
            ),
            (false, _) if is_here(&settings.endpoint.host()) => {
                Check::well(name, "plain http, within this machine")
            }
            (false, _) => Check::odd(name, "plain http").because(
                "whoever is in between can read what is moved; the secret key is never sent",
                "use https:// in the endpoint if the server has it",
            ),
        }
    }

    fn server(greeting: &Greeting) -> Check {
        let name = "server";
        let software = greeting.software.as_deref();
        let software = software.map_or_else(String::new, |s| format!(" ({s})"));
        match &greeting.speaker {
            Speaker::S3 => Check::well(name, format!("an S3 server answers{software}")),
            Speaker::OpenS3 => {
                let what = format!("the server lists its buckets for anybody{software}");
                Check::odd(name, what).because(
                    "it was asked without keys and answered",
                    "if it is yours and not a test, switch on its authentication",
                )
            }
            Speaker::WebPage(said) | Speaker::Stranger(_, said)
                if said.to_ascii_lowercase().contains("https") =>
            {
                let what = format!("the server wants https{software}");
                Check::ill(name, what).because(said, "write https:// in the endpoint")
            }
            Speaker::WebPage(title) => {
                let what = format!("a web page answers, no S3 server{software}");
                let why = format!("it is called {title:?}");
                let fix = "check host and port: a console or a proxy has another address than \
                           the S3 service";
                Check::ill(name, what).because(why, fix)
            }
            Speaker::Stranger(status, said) => {
                let what = format!("what answers is no S3 server{software}");
                let why = format!("it answered {status} {said}");
                Check::ill(name, what).because(why, "check host, port and path of the endpoint")
            }
        }
    }

    /// Whether the keys are taken, and for which region; what they may list.
    async fn access(&self) -> bool {
        let name = "signature";
        let listed = self.client.call(&ListBuckets::default()).await;
        let buckets = match listed {
            Ok((buckets, _)) => {
                self.tell(Check::well(name, "the server takes the keys"));
                Check::well("buckets", format!("{} to be listed", buckets.len()))
            }
            Err(error) if error.kind == ErrorKind::Denied => {
                self.tell(Check::well(name, "the server takes the keys"));
                denied(&error)
            }
            Err(error) if error.kind == ErrorKind::Unsupported => {
                self.tell(Check::well(name, "the server takes the keys"));
                Check::lacking("buckets", &error)
            }
            Err(error) => {
                self.tell(Check::failed(name, &error));
                return false;
            }
        };
        self.tell(self.region());
        self.tell(buckets);
        true
    }

    fn region(&self) -> Check {
        let (said, real) = (&*self.profile.region, self.client.region(None));
        regions(said, &real)
    }
}

/// Compares the region that was set with that of the server.
pub(super) fn regions(said: &str, real: &str) -> Check {
    let name = "region";
    if said == real {
        return Check::well(name, real);
    }
    let what = format!("the region is {real}, not {said}");
    let why = "windlass asks and goes on; other programs fail, and each start costs a request";
    let fix = format!("set region = {real:?} for the account, or AWS_REGION={real}");
    Check::odd(name, what).because(why, fix)
}

fn denied(error: &Error) -> Check {
    let trouble = error.trouble();
    let what = "the keys may not list buckets";
    let fix = "name a bucket: windlass doctor s3://BUCKET, and write buckets = [\"BUCKET\"] into \
               the account to see it in the browser";
    Check {
        code: Some(trouble.code.as_str().to_owned()),
        ..Check::odd("buckets", what).because("many keys are for some buckets only", fix)
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

fn step_of(code: &str) -> usize {
    match code {
        "NameNotFound" | "NameLookupFailed" => 0,
        "ConnectionRefused" | "ConnectTimeout" | "Unreachable" | "ProxyFailed" => 1,
        "NotTls" | "TlsFailed" => 2,
        code if code.starts_with("Certificate") => 2,
        _ => 3,
    }
}

fn clock(ours: Timestamp, theirs: Timestamp) -> Check {
    let name = "clock";
    let by = ours.duration_since(theirs).as_secs();
    let apart = by.unsigned_abs();
    if apart < CLOSE {
        return Check::well(name, "agrees with the server's");
    }
    let apart_text = model::duration(std::time::Duration::from_secs(apart));
    let side = if by > 0 { "ahead of" } else { "behind" };
    let what = format!("this computer's clock is {apart_text} {side} the server's");
    let why = if apart < REFUSED {
        "beyond 15 minutes servers refuse what other programs sign"
    } else {
        "windlass signs with the server's time; other programs get RequestTimeTooSkewed"
    };
    let fix = "set the clock: on Linux, switch on NTP with `timedatectl set-ntp true`";
    Check::odd(name, what).because(why, fix)
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn clocks_are_compared() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (ours, theirs, health, says) in [
            (1000, 1000, Health::Well, "agrees"),
            (1000, 1059, Health::Well, "agrees"),
            (1000, 1120, Health::Odd, "2:00 behind"),
            (9000, 1000, Health::Odd, "ahead of"),
        ] {
            let check = clock(at(ours), at(theirs));
            assert_eq!(check.health, health, "{check:?}");
            assert!(check.what.contains(says), "{check:?}");
        }
    }

    #[test]
    fn a_broken_way_ends_at_its_step() {
        for (code, step) in [
            ("NameNotFound", "name"),
            ("ConnectionRefused", "connect"),
            ("CertificateUnknown", "tls"),
            ("NotTls", "tls"),
            ("ConnectionReset", "server"),
            ("NotHttp", "server"),
        ] {
            assert_eq!(STEPS[step_of(code)], step, "{code}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for (host, here) in [
            ("127.0.0.1:9000", true),
            ("localhost", true),
            ("[::1]:80", true),
            ("localhost.example.com", false),
            ("10.0.0.1:9000", false),
        ] {
            assert_eq!(is_here(host), here, "{host}");
        }
    }
}
