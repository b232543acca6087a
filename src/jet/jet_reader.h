#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/share.h"
#include "base/threads.h"
#include "jet/channels.h"
#include "jet/class_names.h"
#include "jet/jet_records.h"

namespace jetvit {

// How files of jets are read, for everything that the files do not state themselves.
struct ReadOptions {
  std::string label_column = "y";        // of Parquet files
  double positive_label = 1;             // this value means label 1; any other of {0, 1} means label 0
  std::string weight_column;             // of Parquet files and TFRecords: the weight of each jet; empty: all count 1
  bool any_label = false;                // the user set positive_label: every other value means label 0
  std::vector<std::string> class_names;  // of the labels 0 and 1; empty: what the input states, or its defaults
  bool require_label = true;             // false: files may have no labels; label 0 then, and has_label() is false
  bool keep_unlabeled = false;           // keep jets without a label of 0 or 1, with kNoLabel (prediction)
  std::string layout = "auto";           // order of the numbers of an image: auto, chw or hwc
  std::vector<int> shape;                // of the images: channels, height, width; empty: read from the file
  int threads = default_threads();
};

// Throws UsageError if the options choose a label for sources that have their own labels: a label column, or a positive
// label if the labels have no values. `sources` names the sources in the message.
void refuse_label_options(const ReadOptions& options, const std::string& sources, bool has_label_values);

// Throws UsageError if the options choose a column of weights for sources that have none. `why` says what the sources
// have instead.
void refuse_weight_column(const ReadOptions& options, const std::string& sources, const std::string& why);

// The options that differ from their defaults and say how files are read, as messages name them: "`label_column`", ...
std::vector<std::string> given_options(const ReadOptions& options);

// Converts a label value to 0 or 1. For a value other than 0 and 1, throws Error unless the options set a positive
// label or keep jets without a label, which get kNoLabel.
std::uint8_t label_of(double value, const ReadOptions& options);

// What is wrong if the user named a positive label that none of the jets has: `positive` counts those of label 1.
// Empty: nothing.
std::string describe_missing_label(const ReadOptions& options, std::uint64_t positive, const std::string& input);

// Throws Error if describe_missing_label() finds something.
void require_positive_label(const ReadOptions& options, std::uint64_t positive, const std::string& input);

// The names of the classes of an input that does not state them: those in the options, or with a positive label other
// than 1 "not VALUE" and "VALUE", or those of its kind of data set. Throws UsageError if the options do not give two
// names.
ClassNames class_names_of(const ReadOptions& options, int channels);

// The observer name of a column or feature. It is the same name, or has the prefix "raw_" if stores or scores files use
// the name for their own columns.
std::string observer_name(const std::string& column);

// Why a row with this weight is skipped; empty if the weight can be used. It can be zero or negative. It must be
// finite, and a float must hold it: not be infinite, nor zero where the number is not.
std::string reason_against_weight(double value, const ReadOptions& options);

// Says that a column or feature that is called `weight` is not used as the weight of the jets.
void report_unused_weight(const std::filesystem::path& file);

// Reason for skipping a row whose image shape differs from that of the input.
inline constexpr const char* kWrongShape = "wrong shape";

struct SkippedRow {
  std::uint32_t file = 0;
  std::uint64_t row = 0;
  std::string reason;
};

// Header and lines of the CSV report of skipped rows (RFC 4180).
inline constexpr std::string_view kSkippedCsvHeader = "file,row,reason\n";
std::string skipped_csv_line(const std::string& file, const SkippedRow& row);

struct ReadSummary {
  std::uint64_t rows = 0;
  std::uint64_t kept = 0;
  std::uint64_t skipped = 0;
  std::vector<std::uint64_t> rows_of_file, skipped_of_file;
  std::vector<SkippedRow> named;                 // the first 1,000 skipped rows
  std::map<std::string, std::uint64_t> reasons;  // skipped rows per reason, for the first 32 reasons

  // Adds the summary of files [first, last), which follow the files added so far.
  void append(const ReadSummary& other, std::size_t first, std::size_t last);
  void count_skipped(SkippedRow&& row);  // adds one skipped row
};

// The reasons with their counts, most frequent first: "1,790 no finite label y, 10 NaN".
std::string reasons_text(const ReadSummary& summary);

// Throws Error naming the input if most rows were skipped because of their shape: the shape that was assumed is wrong.
void require_shape(const ReadSummary& summary, const std::string& input);

// Reads files of jets of one format directly into sparse records, in the order of files and rows, with bounded memory.
// The constructor of a derived class inspects the files and sets the protected members.
class JetReader {
 public:
  virtual ~JetReader() = default;

  const std::string& kind() const { return kind_; }  // description of the format
  const std::vector<std::filesystem::path>& files() const { return files_; }
  const ImageShape& shape() const { return shape_; }
  const std::vector<Channel>& channels() const { return channels_; }
  const std::vector<std::string>& observer_names() const { return observer_names_; }
  bool has_label() const { return has_label_; }
  const ClassNames& class_names() const { return class_names_; }
  const std::string& label_column() const { return label_column_; }    // of Parquet files; empty: not from a column
  const std::string& weight_column() const { return weight_column_; }  // empty: every jet has weight 1

  using Sink = std::function<void(JetRecords&&)>;
  using Work = std::function<void(JetRecords&, int thread)>;

  // Calls `sink` on the calling thread with chunks of jets, in order, with their identities. Skips rows with nulls,
  // NaN, infinities or a wrong shape and lists them in the summary. Throws Error for damaged files and for labels
  // outside {0, 1}, and Interrupted where a stop was requested.
  ReadSummary read(const Sink& sink) const;

  // Same, but passes each chunk through `work` first, on one of the threads set in the options and in any order.
  ReadSummary read(const Work& work, const Sink& sink) const;

  // Same for one of several processes, which take the chunks in turn: calls `sink` with those of `share`, also with one
  // without jets, so that processes can meet after each call. The summary is that of these chunks.
  ReadSummary read(const Share& share, const Sink& sink) const;

  // Same for files [first, last) only, adding to `summary`. Calls `skip` with every skipped row, on the calling thread
  // and in order.
  void read(std::size_t first, std::size_t last, const Work& work, const Sink& sink,
            const std::function<void(const SkippedRow&)>& skip, ReadSummary& summary) const;

 protected:
  // The result of one reading task.
  struct Chunk {
    JetRecords jets;
    std::vector<SkippedRow> skipped;
  };
  using ChunkSink = std::function<void(Chunk&&)>;
  using IsOwn = std::function<bool()>;

  // Throws UsageError if there is no file, and Error if a file is named twice.
  explicit JetReader(std::vector<std::filesystem::path> files);

  // Calls `work` with the jets of each chunk of a file, on any thread, then `sink` with the chunk, in order. A format
  // that states the identities of its jets sets them before; `work` computes the others from the images. `is_own` is
  // called once for each chunk, in order, one call at a time: a chunk for which it is false is left out, and not
  // decoded where the format allows that.
  virtual void read_file(std::size_t file, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const = 0;

  std::string kind_;
  std::vector<std::filesystem::path> files_;
  ImageShape shape_;
  std::vector<Channel> channels_;
  std::vector<std::string> observer_names_;
  bool has_label_ = true;
  ClassNames class_names_;
  std::string label_column_, weight_column_;

 private:
  // `sink`: also with chunks without jets.
  void read_files(std::size_t first, std::size_t last, const IsOwn& is_own, const Work& work, const Sink& sink,
                  const std::function<void(const SkippedRow&)>& skip, ReadSummary& summary) const;
};

}  // namespace jetvit
