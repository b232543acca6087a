#pragma once

#include <functional>
#include <memory>
#include <string>

#include "jet/jet_records.h"
#include "source/source_options.h"
#include "store/manifest.h"

namespace jetvit {

// Prepared jets in splits, wherever they come from: the same jets give the same records in the same order, whether a
// store was made of the files or they are read as they are.
class JetSource {
 public:
  virtual ~JetSource() = default;

  const std::string& name() const { return name_; }       // as the user named it
  const Manifest& manifest() const { return manifest_; }  // of files: without shards, as preparation would write it

  // All jets of a split. Throws Error where they cannot be read whole.
  virtual std::shared_ptr<const JetRecords> read(Split split) const = 0;

  // The same in chunks, in order: a store holds one shard at a time in memory.
  using Sink = std::function<void(const std::shared_ptr<const JetRecords>&)>;
  virtual void for_each_chunk(Split split, const Sink& sink) const = 0;

 protected:
  JetSource(std::string name, Manifest manifest) : name_(std::move(name)), manifest_(std::move(manifest)) {}

 private:
  std::string name_;
  Manifest manifest_;
};

// Opens a store, or reads files and prepares their jets in memory with the defaults of `jetvit prepare`. Throws what
// reading and preparing throw.
std::unique_ptr<JetSource> open_source(const SourceOptions& options);

}  // namespace jetvit
