//! Porting from the PHP SDK, and from Compute to the Image service.
//!
//! The first part has every sample of the PHP SDK's page on Compute images, in the order
//! of that page, with the same code in Rust. The [second part](#from-computev2-to-imagev2)
//! replaces the deprecated calls of Compute with those of the Image service.
//!
//! The names are those of PHP in snake case. Methods replace arrays of options. A call
//! that throws in PHP returns a [`Result`](crate::Result), so the samples add `?`.
//!
//! # Authenticate
//!
//! ```php
//! $openstack = new OpenStack\OpenStack([
//!     'authUrl' => '{authUrl}',
//!     'region'  => '{region}',
//!     'user'    => ['id' => '{userId}', 'password' => '{password}'],
//!     'scope'   => ['project' => ['id' => '{projectId}']],
//! ]);
//! $compute = $openstack->computeV2(['region' => '{region}']);
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let (auth_url, region) = (sandbox.auth_url(), "RegionOne");
//! # let (user_id, password) = (sandbox.user_id("demo"), "demo-password");
//! # let project_id = sandbox.project_id("demo");
//! use opencloud::{OpenStack, Options, Project, Scope, ServiceOptions, User};
//!
//! let openstack = OpenStack::new(
//!     Options::new(auth_url)
//!         .region(region)
//!         .user(User::by_id(user_id, password))
//! #       .no_proxy()
//!         .scope(Scope::Project(Project::by_id(project_id))),
//! )?;
//! let compute = openstack.compute_v2_with(ServiceOptions::new().region(region))?;
//! # assert_eq!(compute.endpoint(), sandbox.compute_url());
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! In both languages `new` sends nothing, and a service is created after
//! authentication. A region in [`Options`](crate::Options) applies to every service:
//! then [`compute_v2`](crate::OpenStack::compute_v2) does the same. The samples below
//! use this `compute`.
//!
//! [`User::by_name`](crate::User::by_name) identifies a user by name and domain.
//! [`Options`](crate::Options) also accepts application credentials and tokens, and
//! [`config`](crate::config) reads `clouds.yaml` and the `OS_*` variables.
//!
//! # List images
//!
//! ```php
//! foreach ($compute->listImages(['status' => 'ACTIVE']) as $image) {
//!     echo $image->id, ' ', $image->name, "\n";
//! }
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! use opencloud::compute::v2::ListImages;
//!
//! for image in compute.list_images(ListImages::new().status("ACTIVE")) {
//!     let image = image?;
//!     println!("{} {:?}", image.id, image.name.unwrap_or_default());
//! }
//! # assert!(sandbox.requests().last().unwrap().target.contains("/images?status=ACTIVE&"));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/list_images.rs`.
//!
//! The list returns all pages; the PHP SDK stops after the first one. `limit` is the
//! maximum number of images in total, as in PHP;
//! [`page_size`](crate::compute::v2::ListImages::page_size) is the number per
//! request. Each item is a `Result`, because the request for a page can fail.
//!
//! # Detailed information
//!
//! ```php
//! $images = $compute->listImages(true);
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! for image in compute.list_images(true) {
//!     let image = image?;
//!     println!("{} {:?} {:?}", image.id, image.min_disk, image.updated);
//! }
//! # assert!(sandbox.requests().last().unwrap().target.contains("/images/detail?"));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/list_images_detail.rs`.
//!
//! A detailed list with filters starts with
//! [`ListImages::detailed`](crate::compute::v2::ListImages::detailed).
//!
//! # Retrieve an image
//!
//! ```php
//! $image = $compute->getImage(['id' => '{imageId}']);
//! ```
//!
//! ```php
//! $image->retrieve();
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! // Sends nothing; retrieve is not required to delete the image or change metadata.
//! let mut image = compute.get_image(image_id);
//! # assert_eq!(image.name, None);
//! image.retrieve()?;
//! # assert_eq!(image.name.as_deref(), Some("sample"));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/get_image.rs`.
//!
//! Until `retrieve` is called the fields are empty. A field that the server can omit
//! is an `Option`.
//!
//! # Delete an image
//!
//! ```php
//! $image = $compute->getImage(['id' => '{imageId}']);
//! $image->delete();
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! # let id = image_id.clone();
//! let image = compute.get_image(image_id);
//! image.delete()?;
//! # assert!(!sandbox.has_image(&id));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/delete_image.rs`.
//!
//! # Retrieve metadata
//!
//! ```php
//! $metadata = $image->getMetadata();
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! let mut image = compute.get_image(image_id);
//! let metadata = image.get_metadata()?;
//! for (key, value) in &metadata {
//!     println!("{key:?} = {value:?}");
//! }
//! # assert_eq!(metadata["os"], "linux");
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/retrieve_image_metadata.rs`.
//!
//! This call and those below also store the metadata in `image.metadata`, so the image
//! must be `mut`.
//!
//! # Reset metadata
//!
//! All other items are deleted. As in PHP, Nova makes a shared or community image
//! private whenever its metadata is written; this applies to the following calls, too.
//!
//! ```php
//! $image->resetMetadata(['architecture' => 'aarch64']);
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! # let (key, value) = ("architecture", "aarch64");
//! let mut image = compute.get_image(image_id);
//! image.reset_metadata([(key, value)])?;
//! # assert_eq!(image.metadata, [("architecture", "aarch64")].into());
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/reset_image_metadata.rs`.
//!
//! # Merge metadata
//!
//! All other items are unchanged.
//!
//! ```php
//! $image->mergeMetadata(['architecture' => 'aarch64']);
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! # let (key, value) = ("architecture", "aarch64");
//! let mut image = compute.get_image(image_id);
//! image.merge_metadata([(key, value)])?;
//! # assert_eq!(image.metadata, [("architecture", "aarch64"), ("os", "linux")].into());
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/merge_image_metadata.rs`.
//!
//! # Retrieve a metadata item
//!
//! ```php
//! $value = $image->getMetadataItem('architecture');
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! # let key = "architecture".to_owned();
//! let mut image = compute.get_image(image_id);
//! let value = image.get_metadata_item(&key)?;
//! # assert_eq!(value, "x86_64");
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/get_image_metadata_item.rs`.
//!
//! # Delete a metadata item
//!
//! ```php
//! $image->deleteMetadataItem('architecture');
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! # let (key, id) = ("architecture".to_owned(), image_id.clone());
//! let mut image = compute.get_image(image_id);
//! image.delete_metadata_item(&key)?;
//! # assert_eq!(sandbox.metadata(&id).as_deref(), Some("{\"os\": \"linux\"}"));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/delete_image_metadata_item.rs`.
//!
//! # Set a metadata item
//!
//! The PHP SDK has no such call.
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! # let (key, value) = ("architecture".to_owned(), "aarch64".to_owned());
//! let mut image = compute.get_image(image_id);
//! image.set_metadata_item(&key, &value)?;
//! # assert_eq!(image.metadata["architecture"], "aarch64");
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/set_image_metadata_item.rs`.
//!
//! # Errors
//!
//! ```php
//! try {
//!     $image->delete();
//! } catch (OpenStack\Common\Error\BadResponseError $error) {
//!     if ($error->getResponse()->getStatusCode() !== 404) {
//!         throw $error;
//!     }
//! }
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image = compute.get_image("00000000-0000-4000-8000-000000000000");
//! match image.delete() {
//!     Err(error) if error.is_not_found() => println!("already deleted"),
//!     result => result?,
//! }
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! An [`Error`](crate::Error) has a [kind](crate::ErrorKind), the server's message and
//! the request id. A wrong endpoint is not `NotFound`, although its status is 404, too.
//! A request that cannot succeed or would break the image is rejected before it is
//! sent. Examples are an empty id, and a value with which Nova can no longer list the
//! image.
//!
//! # Waits
//!
//! ```php
//! $image->waitUntilActive(60);
//! ```
//!
//! ```
//! # use opencloud_sandbox::{NewImage, Sandbox};
//! # let items = [("architecture", "x86_64"), ("os", "linux")];
//! # let sandbox = Sandbox::start();
//! # let compute = opencloud::OpenStack::new(sandbox.options())?.compute_v2()?;
//! # let image_id = sandbox.add_image(NewImage::named("sample").metadata(items));
//! use std::time::Duration;
//!
//! # let mut image = compute.get_image(image_id);
//! image.wait_until_active(Duration::from_secs(60))?;
//! # assert_eq!(image.status, Some(opencloud::compute::v2::ImageStatus::Active));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! A timeout is an error, while the PHP SDK continues silently. If the image cannot
//! become active, because its status is `ERROR`, the call fails at once.
//!
//! # From `compute::v2` to `image::v2`
//!
//! OpenStack has deprecated the image calls of Compute v2 in favor of the Image
//! service. [`image::v2`](crate::image::v2) has the same calls for it. To port a
//! program, replace `compute_v2` with [`images_v2`](crate::OpenStack::images_v2), and
//! `compute::v2` with `image::v2` in its `use` lines. The samples above then compile
//! and print the same. These are the differences:
//!
//! | | `compute::v2` | `image::v2` |
//! | --- | --- | --- |
//! | status | `ACTIVE` | `active` |
//! | | `SAVING` | `queued`, `saving` |
//! | | `DELETED` | `deleted`, `pending_delete` |
//! | | `ERROR` | `killed` |
//! | | `UNKNOWN` | `deactivated`, `importing`, `uploading` |
//! | filter by status | a status in this column finds all statuses in its row | a status in this column finds only itself; `in:queued,saving` finds both, and `ERROR` is rejected |
//! | wait for `ERROR` | possible | rejected; wait for `killed` |
//! | size of a queued image | 0 | `None` |
//! | fields | `links`, `progress`, `server`, `disk_config` | `visibility`, `owner`, `tags`, formats, hashes and others instead |
//! | type of the service | `Compute` | `ImageService` |
//! | JSON of an image | Nova's | Glance's |
//! | lists | all fields only if detailed | always all fields |
//! | hidden images | in no list | in lists with [`hidden(true)`](crate::image::v2::ListImages::hidden) |
//! | community images of others | in no list | in lists with their [`visibility`](crate::image::v2::ListImages::visibility) |
//! | a write of metadata | makes a shared or community image private | keeps the visibility |
//! | metadata calls | set only `metadata` | set all fields, because they read or change the whole image |
//! | metadata keys | letters, digits, space and `-_:.` | all characters, but no white space at an end, and not `image_id` |
//! | fields such as `tags` as keys | only some are rejected | all are rejected |
//! | metadata values | text, numbers, booleans, lists, null | text; `kernel_id` and `ramdisk_id` can be null |
//! | microversion | optional | rejected: the service has none |
//!
//! The samples below are those of the PHP SDK's page on the Image service that are not
//! in the first part. They use this `images`:
//!
//! ```php
//! $images = $openstack->imagesV2();
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let openstack = opencloud::OpenStack::new(sandbox.options())?;
//! let images = openstack.images_v2()?;
//! # assert!(images.endpoint().starts_with(&sandbox.image_url()));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! ## Create an image
//!
//! ```php
//! $image = $images->createImage([
//!     'name'            => '{name}',
//!     'diskFormat'      => 'raw',
//!     'containerFormat' => 'bare',
//!     'visibility'      => 'private',
//!     'tags'            => ['example'],
//!     'minDisk'         => 1,
//! ]);
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! # let name = "example";
//! use opencloud::image::v2::NewImage;
//!
//! let image = images.create_image(
//!     NewImage::named(name)
//!         .disk_format("raw")
//!         .container_format("bare")
//!         .visibility("private")
//!         .tags(["example"])
//!         .min_disk(1)
//!         .property("architecture", "x86_64"),
//! )?;
//! # assert_eq!((image.name.as_deref(), image.min_disk), (Some(name), Some(1)));
//! # assert_eq!(image.metadata["architecture"], "x86_64");
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/create_image.rs`.
//!
//! The image has no data, and its status is `queued`. The PHP SDK cannot set metadata.
//!
//! ## Update an image
//!
//! ```php
//! $image = $images->getImage('{imageId}');
//! $image->update(['name' => '{name}', 'minRam' => 64]);
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! # let (image_id, name) = (sandbox.image_id("plain"), "example");
//! use opencloud::image::v2::ImageUpdate;
//!
//! let mut image = images.get_image(image_id);
//! let update = ImageUpdate::new()
//!     .name(name)
//!     .min_ram(64)
//!     .property("architecture", "aarch64");
//! image.update(update)?;
//! # assert_eq!((image.name.as_deref(), image.min_ram), (Some(name), Some(64)));
//! # assert_eq!(image.metadata["architecture"], "aarch64");
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/update_image.rs`.
//!
//! One request makes all changes, or none. The PHP SDK sends three requests, and can
//! neither set nor remove metadata.
//!
//! ## List sorted images
//!
//! ```php
//! $sorted = $images->listImages(['sortKey' => 'name', 'sortDir' => 'asc']);
//! foreach ($sorted as $image) {
//!     echo $image->id, ' ', $image->name, "\n";
//! }
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! use opencloud::image::v2::ListImages;
//!
//! for image in images.list_images(ListImages::new().sort("name", "asc")) {
//!     let image = image?;
//!     println!("{} {:?}", image.id, image.name.unwrap_or_default());
//! }
//! # assert!(sandbox.requests().last().unwrap().target.contains("sort=name%3Aasc"));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/list_images_sorted.rs`.
//!
//! ## Reactivate an image
//!
//! ```php
//! $image->reactivate();
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! # let image_id = sandbox.image_id("deactivated");
//! let image = images.get_image(image_id);
//! image.reactivate()?;
//! # let mut image = image;
//! # image.retrieve()?;
//! # assert_eq!(image.status, Some(opencloud::image::v2::ImageStatus::Active));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/reactivate_image.rs`.
//!
//! ## Deactivate an image
//!
//! ```php
//! $image->deactivate();
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! # let image_id = sandbox.image_id("plain");
//! let image = images.get_image(image_id);
//! image.deactivate()?;
//! # let mut image = image;
//! # image.retrieve()?;
//! # assert_eq!(image.status, Some(opencloud::image::v2::ImageStatus::Deactivated));
//! # Ok::<(), opencloud::Error>(())
//! ```
//!
//! The whole program is `examples/deactivate_image.rs`.
//!
//! Then only administrators can download the data.
//!
//! ## Upload data
//!
//! ```php
//! $image->uploadData(GuzzleHttp\Psr7\Utils::streamFor(fopen('{file}', 'r')));
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! # let (image_id, path) = (sandbox.image_id("queued"), "README.md");
//! use std::fs::File;
//!
//! let mut image = images.get_image(image_id);
//! let transfer = image.upload_data(File::open(path)?)?;
//! # assert!(transfer.verified);
//! # assert_eq!(transfer.bytes, std::fs::metadata(path)?.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The whole program is `examples/upload_image_data.rs`.
//!
//! The size and the hash of the stored data are verified. An
//! [`Upload`](crate::image::v2::Upload) sends the data of any reader, and reports the
//! progress. The example `publish_image` creates an image, uploads its data with a
//! progress bar, and deletes the image if that fails.
//!
//! ## Download data
//!
//! ```php
//! $stream = $image->downloadData();
//! ```
//!
//! ```
//! # let sandbox = opencloud_sandbox::Sandbox::start();
//! # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
//! # let image = opencloud_sandbox::NewImage::named("sample").data(*b"data");
//! # let (image_id, path) = (sandbox.add_image(image), "/dev/null");
//! use std::fs::File;
//!
//! let mut image = images.get_image(image_id);
//! let transfer = image.download_data(&mut File::create(path)?)?;
//! # assert!(transfer.verified);
//! # assert_eq!(transfer.bytes, 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The whole program is `examples/download_image_data.rs`.
//!
//! The data is written as it is received, and then its size and hash are verified. The PHP
//! SDK keeps the whole image in memory or in a temporary file, and verifies nothing.
//! [`resume_download`](crate::image::v2::Image::resume_download) completes an interrupted
//! download.
