//! Calls beside the transfers: deleting, and what becomes of an upload that is given up.

use windlass::model::{BucketName, Key};
use windlass::s3::ErrorKind;

use super::house;
use super::peer::{Fault, No};

#[tokio::test]
async fn an_error_inside_a_success_deletes_nothing_and_is_told() {
    let house = house().await;
    house.peer.with(|store| {
        store.put("a", b"1");
        store.put("b", b"2");
    });
    let (bucket, keys) = (
        BucketName::new("box").unwrap(),
        ["a", "b"].map(|key| Key::new(key).unwrap()),
    );
    let refused = Fault::ErrorInside("AccessDenied");
    house.peer.rule("DeleteObjects", (0, 1), refused);
    let told = house.clients[0].delete(&bucket, &keys).await;
    assert_eq!(told.len(), 2);
    for one in told {
        assert_eq!(one.unwrap_err().kind, ErrorKind::Denied);
    }
    assert_eq!(house.peer.with(|store| store.objects.len()), 2);
    // What passes is tried again.
    house
        .peer
        .rule("DeleteObjects", (0, 1), Fault::ErrorInside("SlowDown"));
    house
        .peer
        .rule("DeleteObjects", (0, 1), Fault::CutAnswer(30));
    let told = house.clients[0].delete(&bucket, &keys).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    assert!(house.peer.with(|store| store.objects.is_empty()));
}

#[tokio::test]
async fn an_upload_is_given_up_even_if_the_server_is_in_trouble() {
    let mut house = house().await;
    let denied = Fault::No(No(403, "AccessDenied", None));
    house.peer.rule("UploadPart", (1, usize::MAX), denied);
    let broken = Fault::No(No(500, "InternalError", None));
    house.peer.rule("AbortMultipartUpload", (0, 2), broken);
    house
        .peer
        .rule("AbortMultipartUpload", (0, 1), Fault::DoneThenReset);
    let trouble = house.up_fails(super::LARGE).await;
    assert_eq!(trouble.code.as_str(), "AccessDenied");
}
