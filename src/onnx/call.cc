#include "onnx/call.h"

#include "base/error.h"
#include "base/text.h"

namespace jetvit::onnx {
namespace {

template <class Type>
Type same(const std::string& name, const Type& one, const Type& other) {
  if (one != other) throw Error(text("an argument of ", name, " depends on the size of the batch"));
  return one;
}

}  // namespace

std::vector<int> Call::values(std::size_t argument) const {
  std::size_t before = 0;
  for (std::size_t index = 0; index < argument; ++index) before += tensors_of(one_.inputs.at(index)).size();
  const std::size_t count = tensors_of(one_.inputs.at(argument)).size();
  const auto begin = one_.input_values.begin() + static_cast<std::ptrdiff_t>(before);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

std::int64_t Call::integer(std::size_t argument) const {
  return same(one_.name, one_.inputs.at(argument).toInt(), other_.inputs.at(argument).toInt());
}

std::int64_t Call::axis(std::size_t argument, std::int64_t rank) const {
  const std::int64_t axis = integer(argument);
  return axis < 0 ? axis + rank : axis;
}

Ints Call::list(std::size_t argument) const {
  return same(one_.name, one_.inputs.at(argument).toIntVector(), other_.inputs.at(argument).toIntVector());
}

std::pair<std::int64_t, std::int64_t> Call::pair(std::size_t argument) const {
  const Ints numbers = list(argument);
  return {numbers.at(0), numbers.back()};
}

double Call::number(std::size_t argument) const {
  return same(one_.name, one_.inputs.at(argument).toScalar().toDouble(),
              other_.inputs.at(argument).toScalar().toDouble());
}

bool Call::flag(std::size_t argument) const {
  return same(one_.name, one_.inputs.at(argument).toBool(), other_.inputs.at(argument).toBool());
}

}  // namespace jetvit::onnx
