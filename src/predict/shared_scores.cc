#include "predict/shared_scores.h"

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <utility>

#include "base/archive.h"
#include "jet/archive_jets.h"
#include "measure/logistic.h"

namespace jetvit {
namespace {

// Scored jets that lie together in a chunk of the input.
struct ScoredPiece {
  std::size_t chunk = 0;
  JetRecords jets;  // without images
  std::vector<float> logits;
};

template <class Archive, class Self>
requires std::same_as<std::remove_const_t<Self>, ScoredPiece>
void archive_members(Archive& archive, Self& self) {
  archive(self.chunk);
  archive(self.jets);
  archive(self.logits);
}

}  // namespace

Scorer::Scorer(const PredictCommand& command, const TrainedModel& trained, Rounds& rounds) : trained_(trained) {
  options_.batch_size = command.batch_size;
  options_.compute = command.compute;
  options_.progress = [&rounds](std::size_t jets) { rounds.finish_batch(jets); };
}

std::string Scorer::score(const std::vector<JetSource::Piece>& pieces) {
  std::vector<ScoredPiece> scored;
  for (const JetSource::Piece& piece : pieces) {
    ScoredPiece& one = scored.emplace_back();
    one.chunk = piece.chunk;
    one.logits = predict_logits(*trained_.model, piece.jets, trained_.transform, trained_.image, options_);
    one.jets.append_without_images(*piece.jets);
  }
  ArchiveWriter archive;
  archive(scored);
  return archive.bytes();
}

SharedScores::SharedScores(const PredictCommand& command, const TrainedModel& trained, const ScoresColumns& columns,
                           std::optional<TrainedJets> trained_jets, std::vector<std::string> files)
    : files_(std::move(files)),
      with_split_(columns.split),
      trained_jets_(std::move(trained_jets)),
      writer_(command.output, columns, to_json(trained.provenance)) {}

void SharedScores::take(const std::vector<std::string>& results, std::string_view split) {
  ScoredPiece chunk;
  for (const std::string& bytes : results) {
    if (bytes.empty()) continue;
    std::vector<ScoredPiece> pieces;
    ArchiveReader archive(bytes);
    archive(pieces);
    for (const ScoredPiece& piece : pieces) {
      if (piece.chunk != chunk.chunk) {
        write(chunk.jets, chunk.logits, split);
        chunk = {piece.chunk, {}, {}};
      }
      chunk.jets.append_without_images(piece.jets);
      chunk.logits.insert(chunk.logits.end(), piece.logits.begin(), piece.logits.end());
    }
  }
  write(chunk.jets, chunk.logits, split);
}

void SharedScores::write(const JetRecords& jets, const std::vector<float>& logits, std::string_view split) {
  if (jets.size() == 0) return;
  Scores scores;
  scores.logit = logits;
  for (const float logit : logits) scores.score.push_back(sigmoid(logit));
  scores.label = jets.label;
  scores.weight = jets.weight;
  scores.observers = jets.observers;
  scores.integers = jets.integers;
  for (const std::uint32_t file : jets.source_file) scores.source_file.push_back(files_.at(file));
  scores.source_row = jets.source_row;
  if (with_split_) scores.split.assign(scores.size(), std::string(split));
  if (trained_jets_) {
    for (const JetIdentity& jet : jets.identity) scores.trained_on.push_back(trained_jets_->is_trained(jet));
  }
  jets_ += scores.size();
  positive_ += static_cast<std::uint64_t>(std::count(scores.label.begin(), scores.label.end(), 1));
  unlabeled_ += static_cast<std::uint64_t>(std::count(scores.label.begin(), scores.label.end(), kNoLabel));
  writer_.append(scores);
}

}  // namespace jetvit
