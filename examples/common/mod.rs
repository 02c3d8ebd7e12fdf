//! What every sample is run with: the cloud that the `OS_*` variables name, or
//! the built-in sandbox, and the arguments of the command line.
#![allow(dead_code, reason = "no program needs all of it")]

use std::env;
use std::ffi::OsString;

use anyhow::{Context, anyhow, bail};
use opencloud::config::Config;
use opencloud::{ErrorKind, Options};
use opencloud_sandbox::{NewImage, Sandbox};

/// Where to sign in, and what else a sample leaves open.
pub(crate) struct Cloud {
    pub(crate) options: Options,
    pub(crate) region: String,
    /// The id of an image of the sandbox.
    image_id: Option<String>,
    /// Stops when it is dropped.
    _sandbox: Option<Sandbox>,
}

/// The cloud that the `OS_*` variables mean, or without any the sandbox.
pub(crate) fn cloud() -> anyhow::Result<Cloud> {
    if env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("OS_")) {
        let settings = Config::from_env().resolve()?;
        let region = settings.get("region_name");
        let region = region.context("no region is configured: set OS_REGION_NAME")?;
        return Ok(Cloud {
            options: settings.options()?,
            region,
            image_id: None,
            _sandbox: None,
        });
    }
    eprintln!("no OS_* variable is set: using the built-in sandbox");
    Ok(sandbox())
}

/// The cloud of that name in `clouds.yaml`; without a name the one that the
/// variables and files mean; and where there is none at all, the sandbox.
pub(crate) fn chosen(name: Option<&str>) -> anyhow::Result<Cloud> {
    let config = name.map_or_else(Config::from_env, Config::from_cloud);
    let settings = match config.resolve() {
        Err(error) if error.kind() == ErrorKind::NotConfigured => {
            eprintln!("no cloud is configured: using the built-in sandbox");
            return Ok(sandbox());
        }
        settings => settings?,
    };
    let region = settings.get("region_name").unwrap_or_default();
    Ok(Cloud {
        options: settings.options()?,
        region,
        image_id: None,
        _sandbox: None,
    })
}

/// A cloud in this process, with an image to work on.
fn sandbox() -> Cloud {
    let sandbox = Sandbox::start();
    let image = NewImage::named("sample").metadata([("architecture", "x86_64"), ("os", "linux")]);
    Cloud {
        options: sandbox.options(),
        region: "RegionOne".to_owned(),
        image_id: Some(sandbox.add_image(image)),
        _sandbox: Some(sandbox),
    }
}

/// The cloud, and an argument for each of these names.
///
/// At a real cloud nothing is chosen for the user: every argument comes from
/// the command line. In the sandbox, where nothing can be lost, they may be
/// left out.
pub(crate) fn cloud_and<const N: usize>(names: [&str; N]) -> anyhow::Result<(Cloud, [String; N])> {
    let given: Vec<_> = env::args_os().skip(1).map(OsString::into_string).collect();
    let given: Result<Vec<_>, _> = given.into_iter().collect();
    let given = given.map_err(|word| anyhow!("the argument {word:?} is not UTF-8"))?;
    let cloud = cloud()?;
    match (<[String; N]>::try_from(given), &cloud.image_id) {
        (Ok(given), _) => Ok((cloud, given)),
        (Err(given), Some(image_id)) if given.is_empty() => {
            let given = names.map(|name| match name {
                "IMAGE_ID" => image_id.clone(),
                "KEY" => "architecture".to_owned(),
                "VALUE" => "aarch64".to_owned(),
                _ => "sample".to_owned(),
            });
            Ok((cloud, given))
        }
        _ => bail!("say what to work on: this sample takes {}", names.join(" ")),
    }
}
