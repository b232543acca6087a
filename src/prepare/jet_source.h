#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/share.h"
#include "jet/jet_records.h"
#include "jet/shared_jets.h"
#include "prepare/source_options.h"
#include "store/manifest.h"
#include "store/store_reader.h"

namespace jetvit {

// Prepared jets by split, from a jet store or from input files. The same jets give the same records in the same order
// in both cases.
class JetSource {
 public:
  virtual ~JetSource() = default;

  const std::string& name() const { return name_; }       // as given by the user
  const Manifest& manifest() const { return manifest_; }  // for files: what preparation would write, without shards

  // All jets of a split. Throws Error if they cannot be read completely.
  virtual std::shared_ptr<const JetRecords> read(Split split) const = 0;

  // The same jets; their images stay in the shards of a store (JetRecords::stored, open_split()). Of files, they are in
  // memory anyway.
  virtual std::shared_ptr<const JetRecords> open(Split split, CheckShare) const { return read(split); }

  // The identities of these jets and where they come from; empty if they are unknown.
  virtual JetOrigins origins(Split split) const = 0;

  // Jets that lie together in a chunk: in a shard of a store, or in a split of files.
  struct Piece {
    std::size_t chunk = 0;
    std::shared_ptr<const JetRecords> jets;
  };
  using RoundSink = std::function<void(const std::vector<Piece>&)>;

  // All jets of a split for several processes, in rounds: see for_each_round() in store/store_reader.h, which reads the
  // shards of a store. The jets of files are one round.
  virtual void for_each_round(Split split, const Share& share, std::size_t batch, const RoundSink& sink) const = 0;

 protected:
  JetSource(std::string name, Manifest manifest) : name_(std::move(name)), manifest_(std::move(manifest)) {}

 private:
  std::string name_;
  Manifest manifest_;
};

// Opens a store, or reads files and prepares their jets in memory with the defaults of `jetvit prepare`. Throws
// UsageError for options that do not fit the inputs, otherwise what reading and preparing throw.
std::unique_ptr<JetSource> open_source(const SourceOptions& options);

}  // namespace jetvit
