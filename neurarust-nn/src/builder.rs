//! The two ways to make a layer, from one list of its arguments: `Layer::new(required…)?` with PyTorch's defaults for the
//! rest, and `Layer::builder(required…).option(…).build()?`.

/// ```text
/// builder! {
///     /// …
///     LinearBuilder makes Linear from (in_features: usize => usize, out_features: usize => usize), such as (3, 2)
///     /// Whether to add a bias, true.
///     bias: bool => bool = true, bias(false) => layer.bias.is_none();
/// }
/// ```
///
/// becomes `struct LinearBuilder { in_features, out_features, bias }`, `Linear::new(in_features, out_features)`,
/// `Linear::builder(in_features, out_features)` and `LinearBuilder::bias(self, bias: bool)`. `LinearBuilder::build` is
/// written by hand. Each argument has the type it is given as, and after `=>` the type it is kept as (`impl Into` of it).
/// The numbers after `such as`, and each option's call with what it changes, are the examples of the documentation.
macro_rules! builder {
    (
        $(#[$doc:meta])*
        $builder:ident makes $layer:ident from ($($required:ident: $given:ty => $kept:ty),* $(,)?), such as $such:tt
        $( $(#[$option_doc:meta])* $option:ident: $option_given:ty => $option_kept:ty = $default:expr, $call:expr => $check:expr; )*
    ) => {
        #[doc = concat!("Options of [`", stringify!($layer), "`]; `build` makes it.")]
        #[derive(Clone, Debug)]
        #[must_use = "a builder does nothing until `build` is called"]
        pub struct $builder {
            $( $required: $kept, )*
            $( $option: $option_kept, )*
        }

        impl $layer {
            $(#[$doc])*
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            #[doc = concat!("let layer = ", stringify!($layer), "::new", stringify!($such), "?;")]
            #[doc = concat!("assert!(layer.tree().starts_with(\"", stringify!($layer), "(\"));")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            #[doc = concat!("Those of [`", stringify!($builder), "::build`].")]
            #[track_caller]
            pub fn new($($required: $given),*) -> neurarust_core::Result<$layer> {
                $layer::builder($($required),*).build()
            }

            #[doc = concat!("As [`", stringify!($layer), "::new`], with options to set before `build`.")]
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            /// # use neurarust_core::DType;
            #[doc = concat!("let layer = ", stringify!($layer), "::builder", stringify!($such), ".dtype(DType::F64).build()?;")]
            /// assert_eq!(layer.parameters()[0].dtype(), DType::F64);
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub fn builder($($required: $given),*) -> $builder {
                $builder {
                    $( $required: $required.into(), )*
                    $( $option: $default.into(), )*
                }
            }
        }

        impl $builder {
            $(
                $(#[$option_doc])*
                ///
                /// ```
                #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
                /// # use neurarust_core::DType;
                #[doc = concat!("let layer = ", stringify!($layer), "::builder", stringify!($such), ".", stringify!($call), ".build()?;")]
                #[doc = concat!("assert!(", stringify!($check), ");")]
                /// # Ok::<(), neurarust_core::Error>(())
                /// ```
                pub fn $option(mut self, $option: $option_given) -> $builder {
                    self.$option = $option.into();
                    self
                }
            )*
        }
    };
}
pub(crate) use builder;
