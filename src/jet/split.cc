#include "jet/split.h"

#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/random_stream.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kEventKey = 0x65766e74;
constexpr std::uint64_t kIdentityKey = 0x69646e74;

// FNV-1a (Fowler, Noll, Vo); RandomStream then mixes the bits.
std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// The two numbers from which the split is drawn.
std::array<std::uint64_t, 2> numbers_of(const JetRecords& jets, std::size_t jet, SplitRule rule,
                                        std::string_view file_name) {
  switch (rule) {
    case SplitRule::kEvent: {
      const double event = jets.observer(std::string(kEventObserver))[jet];
      if (std::isfinite(event)) return {kEventKey, std::bit_cast<std::uint64_t>(event + 0.0)};  // -0 + 0 is 0
      return {kIdentityKey, jets.identity.at(jet).key()};
    }
    case SplitRule::kIdentity:
      return {kIdentityKey, jets.identity.at(jet).key()};
    case SplitRule::kFileAndRow:
      break;
  }
  return {hash_of(file_name), jets.source_row[jet]};
}

}  // namespace

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

std::string_view split_rule_name(SplitRule rule) {
  switch (rule) {
    case SplitRule::kEvent:
      return "event";
    case SplitRule::kIdentity:
      return "identity";
    case SplitRule::kFileAndRow:
      return "file and row";
  }
  return "";
}

SplitRule split_rule_from_name(std::string_view name) {
  for (const SplitRule rule : {SplitRule::kEvent, SplitRule::kIdentity, SplitRule::kFileAndRow}) {
    if (split_rule_name(rule) == name) return rule;
  }
  throw Error(text("split rule \"", printable(name), "\" is not one of event, identity, file and row"));
}

Split split_of(const JetRecords& jets, std::size_t jet, SplitRule rule, std::string_view file_name,
               const SplitShares& shares) {
  const auto [kind, number] = numbers_of(jets, jet, rule, file_name);
  const double draw = RandomStream({kind, number}).uniform();
  if (draw < shares.test) return Split::kTest;
  if (draw < shares.test + shares.validation) return Split::kValidation;
  return Split::kTrain;
}

}  // namespace jetvit
