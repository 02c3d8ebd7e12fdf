//! The crate `opencloud` as a client of the sandbox.

use opencloud::OpenStack;
use opencloud_sandbox::{NewImage, Sandbox};

#[test]
fn images_are_listed_changed_and_deleted() {
    let sandbox = Sandbox::start();
    let compute = OpenStack::new(sandbox.options())
        .unwrap()
        .compute_v2()
        .unwrap();
    let names: Vec<_> = compute
        .list_images(true)
        .map(|it| it.unwrap().name)
        .collect();
    assert_eq!(names.len(), 23);
    assert_eq!(names[0].as_deref(), Some("shared with demo"));

    let id = sandbox.add_image(NewImage::named("mine").metadata([("a", "1")]));
    let image = compute.get_image(&id);
    image.clone().merge_metadata([("b", "2")]).unwrap();
    assert_eq!(
        sandbox.metadata(&id).as_deref(),
        Some(r#"{"a": "1", "b": "2"}"#)
    );
    image.delete().unwrap();
    assert!(!sandbox.has_image(&id));
    assert_eq!(sandbox.authentications(), 1);
}
