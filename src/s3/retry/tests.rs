use super::*;

fn again(signal: Signal<'_>, tries: u32, class: Class, repeat: Repeat) -> bool {
    matches!(decide(signal, tries, class, repeat), Verdict::Again(_))
}

fn answer(status: u16, code: &str) -> Signal<'_> {
    Signal::Answer { status, code }
}

#[test]
fn the_table() {
    use Signal::Fault as F;
    for (signal, tries) in [
        (F(Fault::NoSuchHost), 2),
        (F(Fault::Refused), 10),
        (F(Fault::ConnectTimeout), 10),
        (F(Fault::Reset), 10),
        (F(Fault::ResetSending), 10),
        (F(Fault::Stalled), 10),
        (F(Fault::Cut), 10),
        (F(Fault::Tls(TlsFault::UnknownIssuer)), 1),
        (F(Fault::Tls(TlsFault::WrongName)), 1),
        (F(Fault::Tls(TlsFault::NotTls)), 1),
        (F(Fault::Tls(TlsFault::Broken)), 10),
        (F(Fault::Source), 1),
        (Signal::Garbled, 10),
        (answer(503, "SlowDown"), 10),
        (answer(503, ""), 10),
        (answer(429, ""), 10),
        (answer(400, "RequestTimeout"), 10),
        (answer(200, "InternalError"), 5),
        (answer(500, ""), 4),
        (answer(502, ""), 10),
        (answer(501, "NotImplemented"), 1),
        (answer(507, "XMinioStorageFull"), 1),
        (answer(409, "OperationAborted"), 5),
        (answer(409, "BucketNotEmpty"), 1),
        (answer(400, "BadDigest"), 2),
        (answer(403, "AccessDenied"), 1),
        (answer(403, "SignatureDoesNotMatch"), 1),
        (answer(400, "ExpiredToken"), 1),
        (answer(404, "NoSuchKey"), 1),
        (answer(412, ""), 1),
        (answer(416, "InvalidRange"), 1),
    ] {
        let most = (1..20)
            .find(|&n| !again(signal, n, Class::Data, Repeat::Freely))
            .unwrap();
        assert_eq!(most, tries, "{signal:?}");
    }
}

#[test]
fn patience_depends_on_the_call() {
    for (op, tries) in [
        ("ListObjectsV2", 3),
        ("ListBuckets", 3),
        ("CreateBucket", 5),
        ("CompleteMultipartUpload", 5),
        ("UploadPart", 10),
    ] {
        assert_eq!(Class::of(op).tries(), tries, "{op}");
    }
}

#[test]
fn an_unsure_request_is_not_repeated() {
    let once = |signal| again(signal, 1, Class::Control, Repeat::OnlyIfUndone);
    assert!(!once(Signal::Fault(Fault::Reset)));
    assert!(!once(Signal::Fault(Fault::Stalled)));
    assert!(!once(answer(500, "InternalError")));
    assert!(once(Signal::Fault(Fault::Refused)));
    assert!(once(answer(503, "SlowDown")));
}

#[test]
fn waits_grow_and_obey_the_server() {
    let dice = Dice::new(7);
    let quick = Backoff {
        base: QUICK,
        cost: 5,
    };
    for tries in 1..40 {
        let most = (QUICK * (1 << (tries - 1).min(16))).min(LONGEST);
        assert!(quick.wait(tries, &dice, None) <= most);
    }
    let asked = Some(Duration::from_secs(7));
    assert!(quick.wait(1, &dice, asked) >= Duration::from_secs(7));
    let absurd = Some(Duration::from_hours(1));
    assert_eq!(quick.wait(1, &dice, absurd), LONGEST_ASKED);
    let at_once = Backoff {
        base: Duration::ZERO,
        cost: 5,
    };
    assert_eq!(at_once.wait(1, &dice, None), Duration::ZERO);
    assert!((0..50).any(|_| at_once.wait(2, &dice, None) > Duration::ZERO));
}

#[test]
fn dice_repeat_with_their_seed_and_fill_the_range() {
    let draws = |seed| {
        let dice = Dice::new(seed);
        (0..1000).map(|_| dice.draw()).collect::<Vec<_>>()
    };
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
    let mean = draws(3).iter().sum::<f64>() / 1000.0;
    assert!((0.45..0.55).contains(&mean), "{mean}");
    assert!(draws(4).iter().all(|d| (0.0..1.0).contains(d)));
}

#[test]
fn a_dead_endpoint_empties_the_budget() {
    let budget = Budget::new();
    assert_eq!((0..1000).filter(|_| budget.pay(5)).count(), 100);
    budget.earn(5);
    assert!(budget.pay(5));
    assert!(!budget.pay(1));
    for _ in 0..2000 {
        budget.earn(0);
    }
    assert_eq!((0..1000).filter(|_| budget.pay(5)).count(), 100);
}
