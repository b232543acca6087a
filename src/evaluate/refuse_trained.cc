#include "evaluate/refuse_trained.h"

#include <algorithm>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "run/trained_jets.h"

namespace jetvit {

void refuse_trained(const JetSource& source, Split split, const std::vector<std::string>& runs) {
  const std::vector<JetIdentity> jets = source.origins(split).identity;
  constexpr const char* kEffect = "whether the model was trained on some of these jets cannot be checked";
  if (jets.empty() && source.manifest().jets(split) > 0) {
    return note_unknown_identities(source.name(), kDataWithoutIdentities, kEffect);
  }
  for (const std::string& run : runs) {
    const std::optional<TrainedJets> known = TrainedJets::read(run);
    const std::string unknown = reason_unknown(known);
    if (!unknown.empty()) note_unknown_identities(run, unknown, kEffect);
    if (!known) continue;
    const std::uint64_t trained = known->count_trained(jets);
    if (trained > 0) {
      throw Error(text(printable(source.name()), ": ", printable(run), " was trained on ", with_commas(trained),
                       " of these ", with_commas(jets.size()), " jets of the ", split_name(split),
                       " split, and looks better on them than it is (measure other jets, or use `allow_trained`)"));
    }
    const auto chosen = static_cast<std::uint64_t>(std::count_if(
        jets.begin(), jets.end(), [&known](const JetIdentity& jet) { return known->is_validation(jet); }));
    if (chosen > 0 && split != Split::kValidation) {
      reporter().note(text(printable(source.name()), ": ", with_commas(chosen), " of these ", with_commas(jets.size()),
                           " jets chose the best weights of ", printable(run),
                           " (its validation split): its AUC is slightly too high"));
    }
  }
}

}  // namespace jetvit
