//! The lessons' own source, running on the [`model`](crate::model), and the copies with a mistake.
//! `build.rs` writes all of them.

/// A lesson that is a program.
macro_rules! program {
    ($name:ident is $file:ident) => {
        #[allow(missing_docs)]
        pub mod $name {
            include!(concat!(
                env!("OUT_DIR"),
                concat!("/", stringify!($name), "/", stringify!($file), ".rs")
            ));

            pub fn lesson() {
                main();
            }
        }
    };
}

/// A pool in one file, or in several.
macro_rules! pool {
    ($name:ident is $file:ident) => {
        #[allow(missing_docs, dead_code, unused_imports, unused_mut, unreachable_code)]
        pub mod $name {
            include!(concat!(
                env!("OUT_DIR"),
                concat!("/", stringify!($name), "/", stringify!($file), ".rs")
            ));
        }
    };
    ($name:ident has $($file:ident)+) => {
        #[allow(missing_docs, dead_code, unused_imports, unused_mut, unreachable_code)]
        #[allow(clippy::reversed_empty_ranges)] // up to `YIELDS`, which is 0 here
        pub mod $name {
            $(
                pub mod $file {
                    include!(concat!(
                        env!("OUT_DIR"),
                        concat!("/", stringify!($name), "/", stringify!($file), ".rs")
                    ));
                }
            )+
        }
    };
}

program!(basic is basic);
program!(kept_sender is basic);

program!(context_cancel is context_cancel);
program!(no_second_select is context_cancel);
program!(unbiased_select is context_cancel);

program!(graceful_vs_emergency is graceful_vs_emergency);

pool!(struct_pool is struct_pool);
pool!(queue_left_open is struct_pool);
pool!(lost_worker is struct_pool);

pool!(production_pool has pool metrics results room);
pool!(drained_too_early has pool metrics results room);
pool!(stop_ignored has pool metrics results room);
pool!(room_without_lock has pool metrics results room);
pool!(idle_too_early has pool metrics results room);
pool!(busy_too_late has pool metrics results room);
pool!(credit_too_many has pool metrics results room);
pool!(lost_wake_up has pool metrics results room);
