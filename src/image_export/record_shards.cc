#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "image_export/jet_encoder.h"
#include "image_export/jet_sink.h"
#include "pictures/deflater.h"
#include "store/contents.h"
#include "tfrecord/gzip_stream.h"
#include "tfrecord/tf_record.h"

namespace jetvit {
namespace {

constexpr std::size_t kFilesOfShard = 4;
constexpr std::size_t kRecordsAtOnce = 64;  // held in memory; a float record takes half a megabyte

struct Record {
  std::string bytes;     // framed
  std::string deflated;  // if the shard is compressed
};

class RecordShards : public JetSink {
 public:
  RecordShards(OutputFolder& output, const ImageShape& shape, const ShardOptions& options)
      : folder_(output.temporary_path()),
        options_(options),
        shards_((options.files + kFilesOfShard - 1) / kFilesOfShard),
        deflaters_(static_cast<std::size_t>(options.threads)) {
    for (int thread = 0; thread < options.threads; ++thread) encoders_.emplace_back(shape);
  }

  void write(const JetRecords& jets, std::span<const ChannelScale> scales) override {
    if (jets.size() == 0) return;
    open_shard(jets.source_file.front() / kFilesOfShard);
    const std::vector<std::uint64_t> numbers = number(jets);
    std::vector<Record> records(std::min(kRecordsAtOnce, jets.size()));
    for (std::size_t first = 0; first < jets.size(); first += records.size()) {
      const std::size_t count = std::min(records.size(), jets.size() - first);
      parallel_for(count, options_.threads, [&](std::size_t index, int thread) {
        records[index] = encode(jets, first + index, numbers[first + index], scales, thread);
      });
      for (std::size_t index = 0; index < count; ++index) append(records[index]);
    }
    jets_ += jets.size();
  }

  std::size_t files_together() const override { return kFilesOfShard; }

  Json save(std::size_t next) override {
    open_shard(next / kFilesOfShard - 1);
    close_shard();
    return {{"counts", counts()}, {"shards", entries_}};
  }

  std::set<std::string> restore(const Json& saved) override {
    restore_counts(saved.at("counts"));
    entries_ = list_of(saved, "shards");
    opened_ = entries_.size();
    if (opened_ > shards_) throw Error("its record names shards that do not exist");
    std::set<std::string> names;
    for (const Json& shard : entries_) {
      const FileEntry entry = file_from_json(shard);
      verify_file(folder_, entry);
      names.insert(entry.file);
    }
    return names;
  }

  // Files without usable jets give empty shards, so that the numbering has no gaps.
  Json close() override {
    open_shard(shards_ - 1);
    close_shard();
    return entries_;
  }

 private:
  Record encode(const JetRecords& jets, std::size_t jet, std::uint64_t number, std::span<const ChannelScale> scales,
                int thread) {
    const std::string name = text(jets.label[jet], "_", number);
    PictureExample& encoder = encoders_[static_cast<std::size_t>(thread)];
    Record record;
    record.bytes = tf_record(options_.as_floats ? float_example(jets, jet, name)
                                                : encoder.encode(jets, jet, name, scales, options_.threshold));
    if (options_.gzip) {
      record.deflated = deflaters_[static_cast<std::size_t>(thread)].deflate(record.bytes, Deflater::Form::kPart);
    };
    return record;
  }

  void append(const Record& record) {
    if (options_.gzip) stream_.add(record.bytes);
    write_bytes(options_.gzip ? record.deflated : record.bytes);
  }

  void write_bytes(std::string_view bytes) {
    digest_->add(std::as_bytes(std::span(bytes)));
    file_->write(bytes);
  }

  // Closes earlier shards and makes shard `index` the current one.
  void open_shard(std::size_t index) {
    while (opened_ <= index) {
      close_shard();
      ++opened_;
      name_ = text("Top_TFRecords_shard_", opened_, "_of_", shards_, ".tfrecords", options_.gzip ? ".gz" : "");
      file_ = std::make_unique<OutputFile>(folder_ / name_);
      stream_ = {};
      digest_ = std::make_unique<Sha256>();
      if (options_.gzip) write_bytes(stream_.begin());
    }
  }

  void close_shard() {
    if (!file_) return;
    if (options_.gzip) write_bytes(stream_.end());
    const std::size_t size = file_->size();
    file_->commit();
    file_.reset();
    entries_.push_back({{"file", name_}, {"jets", jets_}, {"bytes", size}, {"sha256", digest_->hex()}});
    jets_ = 0;
  }

  std::filesystem::path folder_;
  ShardOptions options_;
  std::size_t shards_, opened_ = 0;
  std::vector<PictureExample> encoders_;  // one per thread, like the deflaters
  std::vector<Deflater> deflaters_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<Sha256> digest_;
  GzipStream stream_;
  std::string name_;
  std::uint64_t jets_ = 0;  // in the current shard
  Json entries_ = Json::array();
};

}  // namespace

std::unique_ptr<JetSink> make_record_shards(OutputFolder& output, const ImageShape& shape,
                                            const ShardOptions& options) {
  return std::make_unique<RecordShards>(output, shape, options);
}

}  // namespace jetvit
