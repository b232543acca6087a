// TFRecord files, plain and gzip, and the tf.train.Example messages in them.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "tfrecord/example_parser.h"
#include "tfrecord/record_file.h"

namespace {

void read_records(std::string_view bytes) {
  using namespace jetvit;
  static fuzz::MemoryFile memory;
  try {
    RecordFile file(memory.write(bytes));
    std::string record;
    while (file.next(record)) {
      try {
        parse_example(record);
      } catch (const Error&) {
      }
    }
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = jetvit::fuzz::as_text(data, size);
  read_records(bytes);
  read_records(jetvit::fuzz::with_record_checksums(bytes));
  return 0;
}
