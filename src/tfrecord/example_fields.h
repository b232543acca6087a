#pragma once

// Field numbers of tf.train.Feature (tensorflow/core/example/feature.proto). Each of its lists has a single field,
// `value`.
namespace jetvit {

inline constexpr int kBytesList = 1;
inline constexpr int kFloatList = 2;
inline constexpr int kInt64List = 3;
inline constexpr int kValue = 1;

}  // namespace jetvit
