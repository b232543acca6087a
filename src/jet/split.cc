#include "jet/split.h"

#include "base/error.h"
#include "base/random_stream.h"
#include "base/text.h"

namespace jetvit {

std::string_view split_name(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kValidation:
      return "validation";
    case Split::kTest:
      return "test";
  }
  return "";
}

Split split_from_name(std::string_view name) {
  for (const Split split : kSplits) {
    if (split_name(split) == name) return split;
  }
  throw UsageError(text("split \"", printable(name), "\" is not one of train, validation, test"));
}

Split split_of(std::string_view file_name, std::uint64_t row, const SplitShares& shares) {
  // FNV-1a (Fowler, Noll, Vo) of the name; RandomStream then mixes the bits.
  std::uint64_t name_hash = 0xcbf29ce484222325;
  for (const char c : file_name) name_hash = (name_hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  const double draw = RandomStream({name_hash, row}).uniform();
  if (draw < shares.test) return Split::kTest;
  if (draw < shares.test + shares.validation) return Split::kValidation;
  return Split::kTrain;
}

}  // namespace jetvit
