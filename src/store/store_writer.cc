#include "store/store_writer.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include <unistd.h>

#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder_lock.h"
#include "base/text.h"
#include "store/shard.h"

namespace jetvit {
namespace {

constexpr std::size_t kBatchJets = 512;         // about 2 MB of quark-gluon jets
constexpr std::size_t kBatchPixels = 4 << 20;   // at most about 25 MB of other jets
constexpr std::size_t kShardJets = 4096;        // about 17 MB
constexpr std::size_t kShardPixels = 32 << 20;  // at most about 200 MB of other jets
constexpr std::size_t kDigestDigits = 16;       // digits of the digest in a shard's name
constexpr std::size_t kBlock = 1 << 20;         // bytes copied at once
constexpr LockWords kRefusal = {"another preparation is writing to it", "wait for it, or choose another `out`"};
constexpr std::string_view kReportStart = "skipped-";

// Whether `name` looks like a file of a writer. Files with other names are never removed.
bool is_own_name(const std::string& name) {
  const auto fits = [&](std::string_view begin, std::string_view end) {
    if (!name.starts_with(begin) || !name.ends_with(end) || name.size() <= begin.size() + end.size()) return false;
    const std::string middle = name.substr(begin.size(), name.size() - begin.size() - end.size());
    return middle.find_first_not_of("0123456789abcdef-") == std::string::npos;
  };
  return fits(kReportStart, ".csv") || std::any_of(kSplits.begin(), kSplits.end(), [&](Split split) {
           return fits(text(split_name(split), "-"), ".arrow");
         });
}

bool is_record_name(const std::string& name) {
  return name == kUnfinishedFile || name == kPartFile;
}

void add_names(const StoreContents& contents, std::set<std::string>& names) {
  for (const ShardEntry& shard : contents.shards) names.insert(shard.file);
  for (const FileEntry& report : contents.reports) names.insert(report.file);
}

// Names of the files of the store, the part and the unfinished work in `folder`.
std::set<std::string> listed_files(const std::filesystem::path& folder) {
  std::set<std::string> names;
  try {
    const Manifest manifest = read_manifest(folder);
    for (const ShardEntry& shard : manifest.shards) names.insert(shard.file);
    if (manifest.skipped_report) names.insert(manifest.skipped_report->file);
  } catch (const Error&) {
  }
  for (const char* record : {kPartFile, kUnfinishedFile}) {
    try {
      if (std::filesystem::exists(folder / record)) add_names(read_record(folder / record).contents, names);
    } catch (const Error&) {
    }
  }
  return names;
}

// Removes temporary files, and own files that no record lists.
void remove_unlisted(const std::filesystem::path& folder) {
  const std::set<std::string> listed = listed_files(folder);
  std::vector<std::filesystem::path> unlisted;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if ((is_own_name(name) && !listed.contains(name)) || is_temporary(name)) unlisted.push_back(entry.path());
  }
  std::error_code ignored;  // leftover files do no harm
  for (const auto& path : unlisted) std::filesystem::remove(path, ignored);
}

std::string padded(std::size_t number) {
  const std::string digits = text(number);
  return text(std::string(5 - std::min<std::size_t>(5, digits.size()), '0'), digits);
}

// Appends a complete file to another one.
void copy_into(const std::filesystem::path& from, OutputFile& out, Sha256& digest) {
  const InputFile input(from);
  std::vector<std::byte> block;
  for (std::uint64_t position = 0; position < input.size(); position += block.size()) {
    block.resize(std::min<std::uint64_t>(kBlock, input.size() - position));
    input.read(position, block);
    digest.add(block);
    out.write(block);
  }
}

}  // namespace

// The report of the rows skipped since the last flush(): CSV without a header.
class StoreWriter::Report {
 public:
  explicit Report(const std::filesystem::path& path) : file_(path) {}

  void add(std::string_view line) {
    lines_ += line;
    if (lines_.size() >= kBlock) write();
  }

  FileEntry commit(const std::string& start) {
    write();
    const std::string digest = digest_.hex();
    FileEntry entry{text(start, "-", digest.substr(0, kDigestDigits), ".csv"), file_.size(), digest};
    file_.commit_as(entry.file);
    return entry;
  }

 private:
  void write() {
    digest_.add(std::as_bytes(std::span(lines_)));
    file_.write(lines_);
    lines_.clear();
  }

  OutputFile file_;
  Sha256 digest_;
  std::string lines_;
};

// A shard that is being written.
class StoreWriter::Shard {
 public:
  Shard(const std::filesystem::path& folder, std::string start)
      : start_(std::move(start)),
        file_(folder / (start_ + "-shard")),
        writer_([this](std::span<const std::byte> bytes) {
          hash_.add(bytes);
          file_.write(bytes);
        }) {}

  void add(const JetRecords& batch) {
    writer_.add(batch);
    jets_ += batch.size();
    pixels_ += batch.images.pixel.size();
  }
  bool is_full() const { return jets_ >= kShardJets || pixels_ >= kShardPixels; }

  // Writes the end of the file and returns its entry. replace() then gives it that name; the folder is not synced.
  ShardEntry close(Split split) {
    writer_.close();
    const std::string digest = hash_.hex();
    name_ = text(start_, "-", digest.substr(0, kDigestDigits), ".arrow");
    return {{name_, file_.size(), digest}, split, jets_};
  }
  void replace() { file_.replace_as(name_); }

 private:
  std::string start_, name_;
  OutputFile file_;
  Sha256 hash_;
  ShardWriter writer_;
  std::uint64_t jets_ = 0;
  std::size_t pixels_ = 0;
};

StoreWriter::StoreWriter(std::filesystem::path folder) : folder_(std::move(folder)) {
  for (auto path = folder_; !path.empty() && !std::filesystem::exists(path); path = path.parent_path()) {
    created_.push_back(path);
  }
  if (created_.empty() && !std::filesystem::is_directory(folder_)) throw Error(text(folder_, ": is not a folder"));
  try {
    create_folder(folder_);
    lock_ = std::make_unique<FolderLock>(folder_, kRefusal);
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename();
      if (is_own_name(name) || is_record_name(name) || is_temporary(name) || FolderLock::is_lock_file(name)) continue;
      if (is_store(folder_) && name == "manifest.json") continue;
      throw Error(text(folder_, ": holds ", printable(name), ", which no preparation wrote (choose another `out`)"));
    }
    if (!is_store(folder_)) remove_unlisted(folder_);
  } catch (const Error&) {
    remove_created();
    throw;
  }
}

void StoreWriter::remove_created() {
  lock_.reset();  // the lock file is in the folder
  for (const auto& path : created_) ::rmdir(path.c_str());
}

StoreWriter::~StoreWriter() {
  if (closed_) return;
  report_.reset();
  for (std::unique_ptr<Shard>& shard : shards_) shard.reset();
  std::error_code ignored;
  // The manifest may have been replaced before the last step failed. The files that it lists stay, and so do saved
  // files.
  const std::set<std::string> listed = listed_files(folder_);
  std::set<std::string> written;
  add_names(contents_, written);
  for (const std::string& name : written) {
    if (!listed.contains(name)) std::filesystem::remove(folder_ / name, ignored);
  }
  remove_created();
}

void StoreWriter::append(const JetRecords& jets, Split split) {
  if (jets.size() == 0) return;
  const auto index = static_cast<std::size_t>(split);
  for (const std::uint8_t label : jets.label) ++contents_.counts[index][label];
  pending_[index].append(jets);
  if (pending_[index].size() < kBatchJets && pending_[index].images.pixel.size() < kBatchPixels) return;
  write_batch(split);
  if (shards_[index]->is_full()) close_shard(split);
}

void StoreWriter::report(const std::string& file, const SkippedRow& row) {
  if (!report_) report_ = std::make_unique<Report>(folder_ / text(kReportStart, "report.csv"));
  report_->add(skipped_csv_line(file, row));
}

std::string StoreWriter::next_name(Split split) {
  return text(split_name(split), "-", padded(static_cast<std::size_t>(written_[static_cast<std::size_t>(split)]++)));
}

void StoreWriter::write_batch(Split split) {
  JetRecords& jets = pending_[static_cast<std::size_t>(split)];
  if (jets.size() == 0) return;
  std::unique_ptr<Shard>& shard = shards_[static_cast<std::size_t>(split)];
  if (!shard) shard = std::make_unique<Shard>(folder_, next_name(split));
  shard->add(jets);
  jets.clear();
}

void StoreWriter::close_shard(Split split) {
  std::unique_ptr<Shard>& shard = shards_[static_cast<std::size_t>(split)];
  if (!shard) return;
  contents_.shards.push_back(shard->close(split));  // the destructor removes it if the next step fails
  shard->replace();
  shard.reset();
}

void StoreWriter::flush() {
  for (const Split split : kSplits) {
    write_batch(split);
    close_shard(split);
  }
  sync_folder(folder_);  // for the names of all shards
  if (!report_) return;
  contents_.reports.push_back(report_->commit(text(kReportStart, padded(contents_.reports.size()))));
  report_.reset();
}

std::optional<WorkRecord> StoreWriter::unfinished() const {
  return find_record(folder_ / kUnfinishedFile);
}

void StoreWriter::resume(const StoreContents& contents) {
  for (const ShardEntry& shard : contents.shards) verify_file(folder_, shard);
  for (const FileEntry& report : contents.reports) verify_file(folder_, report);
  contents_ = contents;
  for (const ShardEntry& shard : contents.shards) ++written_[static_cast<std::size_t>(shard.split)];
}

void StoreWriter::discard_unfinished() {
  std::error_code ignored;
  std::filesystem::remove(folder_ / kUnfinishedFile, ignored);
  remove_unlisted(folder_);
}

void StoreWriter::save(const Json& command, const Json& state) {
  flush();
  write_record(folder_ / kUnfinishedFile, {command, state, contents_});
}

// Adds the file `entry` of folder `from` to this store, under a name that begins with `start`.
void StoreWriter::take(const std::filesystem::path& from, FileEntry& entry, const std::string& start) {
  verify_file(from, entry);
  const std::filesystem::path source = from / entry.file;
  entry.file = text(start, "-", entry.sha256.substr(0, kDigestDigits), source.extension().native());
  if (link_file(source, folder_ / entry.file)) return;
  OutputFile copy(folder_ / entry.file);
  Sha256 digest;
  copy_into(source, copy, digest);
  if (digest.hex() != entry.sha256) throw Error(text(source, ": changed while it was read"));
  copy.commit();
}

void StoreWriter::add_part(const std::filesystem::path& folder, const StoreContents& contents) {
  for (ShardEntry shard : contents.shards) {
    take(folder, shard, next_name(shard.split));
    contents_.shards.push_back(std::move(shard));
  }
  for (FileEntry report : contents.reports) {
    take(folder, report, text(kReportStart, padded(contents_.reports.size())));
    contents_.reports.push_back(std::move(report));
  }
  for (std::size_t split = 0; split < contents_.counts.size(); ++split) {
    for (std::size_t label = 0; label < 2; ++label) contents_.counts[split][label] += contents.counts[split][label];
  }
}

std::optional<FileEntry> StoreWriter::join_reports() {
  if (contents_.reports.empty()) return std::nullopt;
  OutputFile file(folder_ / text(kReportStart, "report.csv"));
  Sha256 digest;
  file.write(kSkippedCsvHeader);
  digest.add(std::as_bytes(std::span(kSkippedCsvHeader)));
  for (const FileEntry& report : contents_.reports) copy_into(folder_ / report.file, file, digest);
  const std::string hex = digest.hex();
  FileEntry entry{text(kReportStart, hex.substr(0, kDigestDigits), ".csv"), file.size(), hex};
  contents_.reports.push_back(entry);  // the destructor removes it if the commit fails
  file.commit_as(entry.file);
  return entry;
}

void StoreWriter::close(Manifest manifest) {
  flush();
  manifest.counts = contents_.counts;
  manifest.shards = contents_.shards;
  manifest.skipped_report = join_reports();
  write_manifest(folder_, manifest);
  closed_ = true;
  discard_unfinished();
}

void StoreWriter::close_part(const Json& command, const Json& state) {
  flush();
  write_record(folder_ / kPartFile, {command, state, contents_});
  closed_ = true;
  discard_unfinished();
}

}  // namespace jetvit
