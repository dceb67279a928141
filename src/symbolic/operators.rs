//! Operators for owned and borrowed operands, from one function on references.

/// Implements a binary operator of `$type` for all four mixtures of values and references.
macro_rules! binary_operator {
    ([$($generic:ident: $bound:ident)?] $type:ty, $trait:ident, $method:ident, $function:path) => {
        impl $(<$generic: $bound>)? std::ops::$trait for $type {
            type Output = $type;
            fn $method(self, other: $type) -> $type {
                $function(&self, &other)
            }
        }
        impl $(<$generic: $bound>)? std::ops::$trait<&$type> for $type {
            type Output = $type;
            fn $method(self, other: &$type) -> $type {
                $function(&self, other)
            }
        }
        impl $(<$generic: $bound>)? std::ops::$trait<$type> for &$type {
            type Output = $type;
            fn $method(self, other: $type) -> $type {
                $function(self, &other)
            }
        }
        impl $(<$generic: $bound>)? std::ops::$trait<&$type> for &$type {
            type Output = $type;
            fn $method(self, other: &$type) -> $type {
                $function(self, other)
            }
        }
    };
}

/// Implements negation of `$type` for values and references.
macro_rules! negation {
    ([$($generic:ident: $bound:ident)?] $type:ty, $function:path) => {
        impl $(<$generic: $bound>)? std::ops::Neg for $type {
            type Output = $type;
            fn neg(self) -> $type {
                $function(&self)
            }
        }
        impl $(<$generic: $bound>)? std::ops::Neg for &$type {
            type Output = $type;
            fn neg(self) -> $type {
                $function(self)
            }
        }
    };
}

pub(super) use {binary_operator, negation};
