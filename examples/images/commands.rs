//! What each command does.

use opencloud::compute::v2::{Compute, MetadataValue};

use crate::arguments::{Arguments, Command, List};
use crate::connect::{connect, settings};
use crate::output::{Output, report};

/// What came of a command that has said itself what went wrong.
pub(crate) enum Outcome {
    Done,
    Failed,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let Arguments {
        json,
        os_cloud,
        command,
    } = arguments;
    let mut out = Output::new(json);
    // What sends nothing needs no cloud to be there.
    match &command {
        Command::List(list) if list.is_empty() => return Ok(Outcome::Done),
        Command::Config => {
            out.settings(&settings(os_cloud.as_deref())?)?;
            return Ok(Outcome::Done);
        }
        _ => {}
    }
    let (compute, _cloud) = connect(os_cloud.as_deref())?;
    match command {
        Command::List(list) => show_list(&compute, list, &mut out)?,
        Command::Show { id } => {
            let mut image = compute.get_image(id);
            image.retrieve()?;
            out.image(&image)?;
        }
        Command::Delete { ids } => return Ok(delete(&compute, ids)),
        Command::Metadata { id } => out.metadata(&compute.get_image(id).get_metadata()?)?,
        Command::Get { id, key } => {
            let mut image = compute.get_image(id);
            let text = image.get_metadata_item(&key)?;
            let is_json = matches!(image.metadata.value(&key), Some(MetadataValue::Json(_)));
            out.value(&text, is_json)?;
        }
        Command::Set { id, items } => {
            let mut image = compute.get_image(id);
            image.merge_metadata(items)?;
            out.metadata(&image.metadata)?;
        }
        Command::Reset { id, items } => {
            let mut image = compute.get_image(id);
            image.reset_metadata(items)?;
            out.metadata(&image.metadata)?;
        }
        Command::Unset { id, keys } => {
            let mut image = compute.get_image(id);
            for key in keys {
                image.delete_metadata_item(&key)?;
            }
        }
        Command::Config => {}
    }
    Ok(Outcome::Done)
}

fn show_list(compute: &Compute, list: List, out: &mut Output) -> anyhow::Result<()> {
    let is_detailed = list.is_detailed();
    for image in compute.list_images(list.query()) {
        out.row(&image?, is_detailed)?;
    }
    Ok(())
}

/// Deletes what can be deleted, and reports each that cannot.
fn delete(compute: &Compute, ids: Vec<String>) -> Outcome {
    let mut outcome = Outcome::Done;
    for id in ids {
        if let Err(error) = compute.get_image(id).delete() {
            report(&error.into());
            outcome = Outcome::Failed;
        }
    }
    outcome
}
