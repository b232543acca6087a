#include "jet/jet_origin.h"

#include "base/text.h"

namespace jetvit {

std::string origin_text(const JetRecords& jets, std::size_t jet, const std::vector<std::string>& files) {
  const std::size_t file = jets.source_file[jet];
  return text("row ", jets.source_row[jet], " of ", file < files.size() ? printable(files[file]) : text("file ", file));
}

}  // namespace jetvit
