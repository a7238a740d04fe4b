//! Deleting many keys: in batches where that is safe, one by one otherwise.
//!
//! Invariant: a key counts as deleted only when the server said so for this very key. A key that
//! XML cannot carry, or whose spaces a server might trim, never goes into a batch: another object
//! could be hit.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt};
use tokio::time::sleep;

use super::super::retry::{Class, Repeat, Signal, Verdict, decide};
use super::super::xml::can_carry;
use super::super::{DeleteObject, DeleteObjects, Error, ErrorKind, Malformed};
use super::Client;
use crate::model::{BucketName, Key};

/// Most keys in one batch. Source: Amazon S3 API reference, `DeleteObjects`.
const BATCH: usize = 1000;
/// Batches under way at the same time.
const BATCHES: usize = 4;
/// Single deletes under way at the same time.
const SINGLES: usize = 32;

/// What became of a key, as far as a batch can tell.
enum Outcome {
    Done,
    Failed(Error),
    /// The server did not say, or cannot do it in a batch.
    Single,
}

impl Client {
    /// Deletes keys of one bucket: in batches where XML can carry the key and the server knows
    /// the call, one by one otherwise (rules D-1 to D-3). One result a key, in order.
    pub async fn delete(&self, bucket: &BucketName, keys: &[Key]) -> Vec<Result<(), Error>> {
        let mut results: Vec<Option<Result<(), Error>>> = keys.iter().map(|_| None).collect();
        let (fit, mut singles): (Vec<usize>, Vec<usize>) =
            (0..keys.len()).partition(|&at| keys.len() > 1 && fits_a_batch(&keys[at]));
        let batches = stream::iter(
            fit.chunks(BATCH)
                .map(<[usize]>::to_vec)
                .map(|places| async {
                    let batch: Vec<Key> = places.iter().map(|&at| keys[at].clone()).collect();
                    let outcomes = self.batch(bucket, batch).await;
                    (places, outcomes)
                }),
        );
        let mut batches = batches.buffer_unordered(BATCHES);
        while let Some((places, outcomes)) = batches.next().await {
            for (at, outcome) in places.into_iter().zip(outcomes) {
                match outcome {
                    Outcome::Done => results[at] = Some(Ok(())),
                    Outcome::Failed(error) => results[at] = Some(Err(error)),
                    Outcome::Single => singles.push(at),
                }
            }
        }
        drop(batches);
        let singles = stream::iter(singles.into_iter().map(|at| async move {
            let one = DeleteObject {
                bucket: bucket.clone(),
                key: keys[at].clone(),
            };
            (at, self.call(&one).await)
        }));
        let mut singles = singles.buffer_unordered(SINGLES);
        while let Some((at, result)) = singles.next().await {
            results[at] = Some(result);
        }
        drop(singles);
        let untold = || Err(Error::own(ErrorKind::Server, "", "nothing came back"));
        results
            .into_iter()
            .map(|r| r.unwrap_or_else(untold))
            .collect()
    }

    /// One batch; keys that failed for a passing reason are tried again.
    async fn batch(&self, bucket: &BucketName, keys: Vec<Key>) -> Vec<Outcome> {
        let mut outcomes: HashMap<Key, Outcome> = HashMap::with_capacity(keys.len());
        let mut left = keys.clone();
        left.sort_unstable();
        left.dedup();
        let mut tries = 0;
        while !left.is_empty() && !self.0.learned.no_batch() {
            tries += 1;
            let ask = DeleteObjects {
                bucket: bucket.clone(),
                keys: left.clone(),
            };
            match self.call(&ask).await {
                Ok(answer) => {
                    for deleted in answer {
                        let outcome = match deleted.error {
                            None => Outcome::Done,
                            Some(error) => {
                                Outcome::Failed(self.refused(bucket, &deleted.key, error))
                            }
                        };
                        outcomes.insert(deleted.key, outcome);
                    }
                }
                Err(error) if is_unknown_call(&error) => {
                    self.0.learned.set_no_batch();
                    break;
                }
                // Perhaps one of the keys is more than the server can bear.
                Err(error) if is_indigestible(&error) => break,
                Err(error) => {
                    for key in left.drain(..) {
                        let key_error = Error {
                            key: Some(key.as_str().into()),
                            ..error.clone()
                        };
                        outcomes.insert(key, Outcome::Failed(key_error));
                    }
                    break;
                }
            }
            left.retain(|key| match outcomes.get(key) {
                Some(Outcome::Failed(error)) => passes(error, tries),
                _ => false,
            });
            if !left.is_empty() && !self.pause(tries).await {
                break;
            }
        }
        keys.iter()
            .map(|key| match outcomes.get(key) {
                Some(Outcome::Done) => Outcome::Done,
                Some(Outcome::Failed(error)) => Outcome::Failed(error.clone()),
                Some(Outcome::Single) | None => Outcome::Single,
            })
            .collect()
    }

    fn refused(&self, bucket: &BucketName, key: &Key, said: (String, String)) -> Error {
        let (code, message) = said;
        Error {
            op: "DeleteObjects",
            bucket: Some(bucket.as_str().into()),
            key: Some(key.as_str().into()),
            endpoint: self.settings().endpoint.host().into(),
            attempts: 1,
            ..Malformed::ErrorInside { code, message }.into()
        }
    }

    /// Waits before a batch is tried again; false when the budget is spent.
    async fn pause(&self, tries: u32) -> bool {
        let signal = Signal::Answer {
            status: 503,
            code: "SlowDown",
        };
        match decide(signal, tries, Class::Control, Repeat::Freely) {
            Verdict::Again(backoff) if self.0.budget.pay(backoff.cost) => {
                let wait = backoff.wait(tries, &self.0.dice, None);
                sleep(self.tempo().rest(wait)).await;
                true
            }
            Verdict::Again(_) | Verdict::Stop => false,
        }
    }
}

/// Whether a key survives the way through XML on every server.
fn fits_a_batch(key: &Key) -> bool {
    let text = key.as_str();
    can_carry(text) && text.trim() == text
}

/// Whether the error of one key in a batch may pass.
fn passes(error: &Error, tries: u32) -> bool {
    let signal = Signal::Answer {
        status: error.status.unwrap_or(200),
        code: error.code(),
    };
    let verdict = decide(signal, tries, Class::Control, Repeat::Freely);
    matches!(verdict, Verdict::Again(_))
}

/// Whether the batch as a whole broke something: each key gets its own chance then.
fn is_indigestible(error: &Error) -> bool {
    matches!(error.status, Some(500 | 502 | 504))
        || matches!(error.code(), "ConnectionReset" | "AnswerCut" | "BodyCut")
}

/// Whether the server does not know the call; servers have many ways to say so.
fn is_unknown_call(error: &Error) -> bool {
    matches!(
        error.code(),
        "InvalidArgument"
            | "MalformedXML"
            | "MissingContentLength"
            | "MethodNotAllowed"
            | "NotImplemented"
    ) || matches!(error.status, Some(405 | 411 | 501))
}
