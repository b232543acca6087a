#include "evaluate/scored_jets.h"

#include <concepts>
#include <string>
#include <type_traits>

#include "base/archive.h"
#include "jet/archive_jets.h"

namespace jetvit {

void ScoredJets::append(const ScoredJets& other) {
  if (other.jets.size() > 0) jets.append_without_images(other.jets);
  if (score.empty()) score.resize(other.score.size());
  for (std::size_t model = 0; model < other.score.size(); ++model) {
    score[model].insert(score[model].end(), other.score[model].begin(), other.score[model].end());
  }
  features.append(other.features);
}

template <class Archive, class Self>
requires std::same_as<std::remove_const_t<Self>, ScoredJets>
void archive_members(Archive& archive, Self& self) {
  archive(self.jets);
  archive(self.score);
  archive(self.features);
}

ScoredJets share_jets(const JetSource& source, Split split, std::size_t batch, Rounds& rounds,
                      const std::function<ScoredJets(const std::shared_ptr<const JetRecords>&)>& look) {
  ScoredJets all;
  const auto work = [&](const Rounds::End& end) {
    source.for_each_round(split, rounds.share(), batch, [&](const std::vector<JetSource::Piece>& pieces) {
      ScoredJets own;
      for (const JetSource::Piece& piece : pieces) own.append(look(piece.jets));
      ArchiveWriter archive;
      archive(own);
      end(archive.bytes());
    });
  };
  rounds.run(work, [&all](const std::vector<std::string>& results) {
    for (const std::string& bytes : results) {
      if (bytes.empty()) continue;
      ScoredJets more;
      ArchiveReader archive(bytes);
      archive(more);
      all.append(more);
    }
  });
  return all;
}

}  // namespace jetvit
