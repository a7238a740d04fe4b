use clap::CommandFactory;

use super::*;

fn parse(line: &str) -> Result<Args, clap::Error> {
    Args::try_parse_from(std::iter::once("windlass").chain(line.split(' ')))
}

#[test]
fn the_definition_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn a_place_is_no_verb_and_flags_stand_anywhere() {
    let args = parse("s3://b/p --profile work").unwrap();
    assert_eq!(args.place.as_deref(), Some("s3://b/p"));
    assert!(args.verb.is_none());
    assert_eq!(args.flags().profile.as_deref(), Some("work"));
    let args = parse("--region r ls s3://b --no-verify-ssl").unwrap();
    assert!(args.place.is_none());
    assert!(matches!(args.verb, Some(Verb::Ls(_))));
    let flags = args.flags();
    assert!(flags.no_verify_ssl && flags.region.as_deref() == Some("r"));
}

#[test]
fn keys_are_taken_byte_for_byte() {
    let args = parse("cat s3://b/a//../%20+?x=1#y").unwrap();
    let Some(Verb::Cat(cat)) = args.verb else {
        panic!("{:?}", args.verb)
    };
    let Address::Object(_, key) = cat.place else {
        panic!("{:?}", cat.place)
    };
    assert_eq!(key.as_str(), "a//../%20+?x=1#y");
}

#[test]
fn wrong_calls_are_refused() {
    for line in [
        "ls s3:///key",
        "cp s3://b/k",
        "cp",
        "rm",
        "mb s3://b/key",
        "presign s3://b/k --expires 8d",
        "presign s3://b/k --method head",
        "cp a s3://b/ --part-size 1MiB",
        "cp a s3://b/ --parallel 0",
        "cp a s3://b/ --if-exists maybe",
        "cat s3://b/k --range 9-1",
        "ls --color sometimes",
    ] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
}
