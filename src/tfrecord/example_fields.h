#pragma once

// Field numbers of tf.train.Feature (tensorflow/core/example/feature.proto). Each of its lists has a single field,
// `value`.
namespace jetvit {

inline constexpr int kBytesList = 1;
inline constexpr int kFloatList = 2;
inline constexpr int kInt64List = 3;
inline constexpr int kValue = 1;

// The feature with the identity of a jet (JetIdentity::text() of its raw image), as bytes.
inline constexpr const char* kIdentityFeature = "jetvit_identity";

}  // namespace jetvit
