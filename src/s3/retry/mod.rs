//! When to try again, and how long to wait.
//!
//! Pure: no clock, no sleep, no network. The client asks [`decide`] after every failed try, draws
//! from [`Dice`] and pays from [`Budget`]. Invariant: what can never succeed (a wrong secret, a
//! certificate that nobody signed) is never tried again.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::Strain;
use super::transport::{Fault, TlsFault};

/// How much patience a call deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Object data: a transfer in the background.
    Data,
    /// Small calls that change or ask something.
    Control,
    /// Many things in one call, which can be asked for one by one as well.
    Batch,
    /// Somebody waits in front of the screen.
    Listing,
    /// A question whose answer is a refusal.
    Question,
}

impl Class {
    /// The class of a call, by the name that S3 gives it.
    pub(super) fn of(op: &str) -> Self {
        match op {
            "GetObject" | "PutObject" | "UploadPart" | "UploadPartCopy" | "CopyObject" => {
                Self::Data
            }
            "DeleteObjects" => Self::Batch,
            "TryHash" => Self::Question,
            list if list.starts_with("List") => Self::Listing,
            _ => Self::Control,
        }
    }

    /// Tries in all.
    pub(super) const fn tries(self) -> u32 {
        match self {
            Self::Data => 10,
            Self::Control | Self::Batch => 5,
            Self::Listing | Self::Question => 3,
        }
    }
}

/// Whether a request may be sent again when nobody knows if it was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It may.
    Freely,
    /// Only when it surely was not carried out.
    OnlyIfUndone,
}

/// What a failed try looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal<'a> {
    /// No answer, or half of one.
    Fault(Fault),
    /// A status of success around a document that was cut off.
    Garbled,
    /// A refusal.
    Answer {
        /// HTTP status.
        status: u16,
        /// The server's code, `""` if it sent none.
        code: &'a str,
    },
}

/// How to wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Backoff {
    /// The wait is drawn from zero to this, doubled with every try. Zero: at once, the first time.
    base: Duration,
    /// What the retry costs.
    pub(super) cost: u32,
}

/// What to do after a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Report the failure.
    Stop,
    /// Wait and try again.
    Again(Backoff),
}

const QUICK: Duration = Duration::from_millis(50);
const THROTTLED: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(20);
/// The longest wait that a server may impose on us.
const LONGEST_ASKED: Duration = Duration::from_mins(1);
const RETRY_COST: u32 = 5;
const TIMEOUT_COST: u32 = 10;

/// Whether the server may have done what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    No,
    Perhaps,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
struct Rule {
    tries: u32,
    base: Duration,
    cost: u32,
    done: Done,
}

impl Rule {
    const TRANSIENT: Self = Self {
        tries: u32::MAX,
        base: QUICK,
        cost: RETRY_COST,
        done: Done::Perhaps,
    };
    const THROTTLE: Self = Self {
        base: THROTTLED,
        done: Done::No,
        ..Self::TRANSIENT
    };
    const UNDONE: Self = Self {
        done: Done::No,
        ..Self::TRANSIENT
    };
    const STOP: Self = Self {
        tries: 0,
        ..Self::TRANSIENT
    };

    fn at_most(self, tries: u32) -> Self {
        let tries = tries.min(self.tries);
        Self { tries, ..self }
    }
}

/// Decides after `tries` tries (at least one) that ended in `signal`.
pub(super) fn decide(signal: Signal<'_>, tries: u32, class: Class, repeat: Repeat) -> Verdict {
    let rule = rule(signal);
    let rule = match (class, signal) {
        // More likely one of the things than the server: apart, they will tell.
        (Class::Batch, Signal::Answer { .. }) if rule.base == QUICK => rule.at_most(2),
        // A refusal is the answer.
        (Class::Question, Signal::Answer { .. }) if rule.base == QUICK => Rule::STOP,
        _ => rule,
    };
    let unsure = rule.done == Done::Perhaps && repeat == Repeat::OnlyIfUndone;
    if unsure || tries >= rule.tries.min(class.tries()) {
        return Verdict::Stop;
    }
    Verdict::Again(Backoff {
        base: rule.base,
        cost: rule.cost,
    })
}

fn rule(signal: Signal<'_>) -> Rule {
    match signal {
        Signal::Fault(fault) => by_fault(fault),
        Signal::Garbled => Rule::TRANSIENT,
        Signal::Answer { status, code } => by_code(code).unwrap_or_else(|| by_status(status)),
    }
}

/// What a failed try says about the load that the server bears.
pub(super) fn strain(signal: Signal<'_>) -> Strain {
    match rule(signal) {
        rule if rule.base == THROTTLED => Strain::Throttled,
        rule if rule.cost == TIMEOUT_COST => Strain::TimedOut,
        _ => Strain::Other,
    }
}

fn by_fault(fault: Fault) -> Rule {
    match fault {
        Fault::NoSuchHost | Fault::Proxy => Rule::UNDONE.at_most(2),
        Fault::Lookup | Fault::Refused | Fault::Unreachable | Fault::Tls(TlsFault::Broken) => {
            Rule::UNDONE
        }
        Fault::ConnectTimeout => Rule {
            cost: TIMEOUT_COST,
            ..Rule::UNDONE
        },
        // A pooled connection that the server had closed: a fresh one, at once.
        Fault::Reset => Rule {
            base: Duration::ZERO,
            ..Rule::TRANSIENT
        },
        Fault::ResetSending | Fault::Cut => Rule::TRANSIENT,
        Fault::Stalled => Rule {
            cost: TIMEOUT_COST,
            ..Rule::TRANSIENT
        },
        Fault::Tls(
            TlsFault::UnknownIssuer
            | TlsFault::WrongName
            | TlsFault::Dates
            | TlsFault::NotTls
            | TlsFault::OwnAuthority
            | TlsFault::Certificate,
        )
        | Fault::ProxyPath
        | Fault::NotHttp
        | Fault::Source => Rule::STOP,
    }
}

/// Sources: AWS SDK list of throttling errors; the codes of Wasabi and Cloudflare R2.
fn by_code(code: &str) -> Option<Rule> {
    Some(match code {
        "SlowDown"
        | "SlowDownRead"
        | "SlowDownWrite"
        | "ServiceUnavailable"
        | "ServerBusy"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "ProvisionedThroughputExceededException"
        | "PriorRequestNotComplete"
        | "EC2ThrottledException"
        | "LimitExceededException"
        | "TransactionInProgressException"
        | "RequestRateLimitExceeded" => Rule::THROTTLE,
        code if ["Throttl", "RequestThrottled", "TooManyRequests"]
            .iter()
            .any(|start| code.starts_with(start)) =>
        {
            Rule::THROTTLE
        }
        "RequestTimeout" => Rule {
            cost: TIMEOUT_COST,
            ..Rule::UNDONE
        },
        "XMinioServerNotInitialized" => Rule::UNDONE,
        "OperationAborted" | "ConditionalRequestConflict" => Rule::UNDONE.at_most(5),
        "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "IncompleteBody" => {
            Rule::UNDONE.at_most(2)
        }
        "XMinioStorageFull" | "QuotaExceeded" | "NotImplemented" => Rule::STOP,
        "InternalError" | "InternalFailure" => Rule::TRANSIENT.at_most(5),
        _ => return None,
    })
}

fn by_status(status: u16) -> Rule {
    match status {
        408 => Rule {
            cost: TIMEOUT_COST,
            ..Rule::UNDONE
        },
        429 | 503 => Rule::THROTTLE,
        // A key that the server cannot store answers 500 for ever.
        500 => Rule::TRANSIENT.at_most(4),
        499 | 502 | 504 | 509 | 520..=524 => Rule::TRANSIENT,
        _ => Rule::STOP,
    }
}

impl Backoff {
    /// The wait before the next try: full jitter, but never less than the server asked for.
    pub(super) fn wait(self, tries: u32, dice: &Dice, asked: Option<Duration>) -> Duration {
        let base = if self.base.is_zero() && tries > 1 {
            QUICK
        } else {
            self.base
        };
        let doubled = base.saturating_mul(1 << tries.saturating_sub(1).min(16));
        let drawn = doubled.min(LONGEST).mul_f64(dice.draw());
        drawn.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }
}

/// A source of randomness that tests can seed (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Dice(AtomicU64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number from zero to below one.
    pub(super) fn draw(&self) -> f64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // 32 bits are plenty for a wait, and exact in a float.
        let top = u32::try_from(z >> 32).unwrap_or(u32::MAX);
        f64::from(top) / (f64::from(u32::MAX) + 1.0)
    }
}

/// What all calls of a client may spend on retries, so that a dead endpoint fails fast.
///
/// Source: the token bucket of the AWS SDKs' standard retry mode.
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;

    pub(super) const fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Pays for a retry; false when there is not enough left.
    pub(super) fn pay(&self, cost: u32) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(cost)
            })
            .is_ok()
    }

    /// Gives back what a retry cost that succeeded; one for a success at the first try.
    pub(super) fn earn(&self, spent: u32) {
        let back = spent.max(1);
        // The closure always gives a value, so this cannot fail.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                Some(left.saturating_add(back).min(Self::FULL))
            });
    }
}

#[cfg(test)]
mod tests;
