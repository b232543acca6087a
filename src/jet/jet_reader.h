#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/parallel_for.h"
#include "jet/channels.h"
#include "jet/jet_records.h"

namespace jetvit {

// How files of jets are read, where they do not tell themselves.
struct ReadOptions {
  std::string label_column = "y";  // of Parquet
  double positive_label = 1;       // this value is label 1; any other of {0, 1} is label 0
  bool any_label = false;          // positive_label was chosen: every other value is label 0
  bool require_label = true;       // false: label 0 where the file has none (prediction)
  std::string layout = "auto";     // of flat lists in Parquet: auto, chw or hwc
  std::vector<int> shape;          // of images in Parquet: channels, height, width; empty: from the file
  int threads = default_threads();
};

// Throws UsageError where another label was chosen than the one that such sources have: the label column, and the
// positive label where labels have no values.
void refuse_label_options(const ReadOptions& options, const std::string& sources, bool has_label_values);

// The label that a value means. Throws Error for another one than 0 and 1 where the options name no positive label.
std::uint8_t label_of(double value, const ReadOptions& options);

// The name under which a column or feature becomes an observer: as it is, or with "raw_" in front of names that stores
// and scores files have for columns of their own.
std::string observer_name(const std::string& column);

// The reason of rows whose image has another shape than those of the input.
inline constexpr const char* kWrongShape = "wrong shape";

struct SkippedRow {
  std::uint32_t file = 0;
  std::uint64_t row = 0;
  std::string reason;
};

// The line of a skipped row in reports of them (RFC 4180), and the line above all others.
inline constexpr std::string_view kSkippedCsvHeader = "file,row,reason\n";
std::string skipped_csv_line(const std::string& file, const SkippedRow& row);

struct ReadSummary {
  std::uint64_t rows = 0;
  std::uint64_t kept = 0;
  std::uint64_t skipped = 0;
  std::vector<std::uint64_t> rows_of_file, skipped_of_file;
  std::vector<SkippedRow> named;                 // the first 1,000 of the skipped
  std::map<std::string, std::uint64_t> reasons;  // how many were skipped for each; of many reasons, the first 32

  // Files [first, last) follow those that were summed up so far.
  void append(const ReadSummary& other, std::size_t first, std::size_t last);
  void count_skipped(SkippedRow&& row);
};

// "1,790 no finite label y, 10 NaN": the reasons and their numbers, the most frequent first.
std::string reasons_text(const ReadSummary& summary);

// Whether most rows were skipped for their shape: then it is the input's shape that was taken wrongly.
bool shape_is_wrong(const ReadSummary& summary);

// Throws Error naming the input where shape_is_wrong().
void require_shape(const ReadSummary& summary, const std::string& input);

// Reads files of jets of one format straight into sparse records, in the order of files and rows, with bounded memory.
// A constructor looks at the files and fills in what is known of them.
class JetReader {
 public:
  virtual ~JetReader() = default;

  const std::string& kind() const { return kind_; }  // the format, in words
  const std::vector<std::filesystem::path>& files() const { return files_; }
  const ImageShape& shape() const { return shape_; }
  const std::vector<Channel>& channels() const { return channels_; }
  const std::vector<std::string>& observer_names() const { return observer_names_; }
  bool has_label() const { return has_label_; }

  using Sink = std::function<void(JetRecords&&)>;
  using Work = std::function<void(JetRecords&, int thread)>;

  // Calls `sink` on the calling thread with chunks of jets in order. Rows with nulls, NaN, infinities or a wrong shape
  // are skipped and named in the summary. Throws Error for damage and for labels outside {0, 1}.
  ReadSummary read(const Sink& sink) const;

  // The same, but each chunk passes through `work` first, on one of the options' threads and in no order.
  ReadSummary read(const Work& work, const Sink& sink) const;

  // The same of the files [first, last) alone, which adds to the summary; `skip` gets every skipped row, on the calling
  // thread and in order.
  void read(std::size_t first, std::size_t last, const Work& work, const Sink& sink,
            const std::function<void(const SkippedRow&)>& skip, ReadSummary& summary) const;

 protected:
  // What one task of reading yields.
  struct Chunk {
    JetRecords jets;
    std::vector<SkippedRow> skipped;
  };
  using ChunkSink = std::function<void(Chunk&&)>;

  // Throws UsageError where there is no file, Error where one is named twice.
  explicit JetReader(std::vector<std::filesystem::path> files);

  // Calls `work` with the jets of each chunk of a file, on any thread, then `sink` with the chunk, in order.
  virtual void read_file(std::size_t file, const Work& work, const ChunkSink& sink) const = 0;

  std::string kind_;
  std::vector<std::filesystem::path> files_;
  ImageShape shape_;
  std::vector<Channel> channels_;
  std::vector<std::string> observer_names_;
  bool has_label_ = true;
};

}  // namespace jetvit
