//! Runs the samples in the first part of the porting page before and after their two
//! names of the Compute service are replaced with names of the Image service.

use std::collections::BTreeSet;

use opencloud_sandbox::Sandbox;

type Sample = fn(&Sandbox, &mut String) -> opencloud::Result<()>;

// `SAMPLES`, a list of names, samples and ported samples.
include!(concat!(env!("OUT_DIR"), "/samples.rs"));

#[test]
fn every_sample_prints_the_same_after_its_names_are_replaced() {
    assert_eq!(SAMPLES.len(), 13);
    for (name, sample, ported) in SAMPLES {
        let sandbox = Sandbox::start();
        // The output, and the services that are used.
        let run = |sample: &Sample| {
            sandbox.clear_requests();
            let mut out = String::new();
            let result = sample(&sandbox, &mut out);
            result.unwrap_or_else(|error| panic!("{name}: {error}"));
            let requests = sandbox.requests();
            let services = requests.iter().filter_map(|it| it.target.split('/').nth(1));
            let services: BTreeSet<_> = services.map(str::to_owned).collect();
            (out, services)
        };
        let (out, services) = run(sample);
        assert!(!services.contains("image"), "{name}");
        let (ported_out, services) = run(ported);
        assert!(!services.contains("compute"), "{name}");
        assert_eq!(ported_out, out, "{name}");
    }
}
