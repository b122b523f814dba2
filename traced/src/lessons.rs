//! The lessons' own source on this package's channels and threads, and the copies with a mistake.

macro_rules! lessons {
    ($($name:ident is $file:literal)+) => {
        $(
            #[allow(missing_docs, unused_imports)]
            mod $name {
                use $crate::place::drop;

                include!(concat!(env!("OUT_DIR"), "/", $file, ".rs"));

                pub fn lesson() {
                    main();
                }
            }
        )+

        /// The name of each lesson and of each mistake, and its `main`.
        pub const LESSONS: &[(&str, fn())] = &[$((stringify!($name), $name::lesson)),+];
    };
}

lessons! {
    basic is "bin_basic"
    context_cancel is "bin_context_cancel"
    graceful_vs_emergency is "bin_graceful_vs_emergency"
    struct_pool is "bin_struct_pool"
    kept_sender is "kept_sender"
    no_second_select is "no_second_select"
    submit_in_job is "submit_in_job"
}
