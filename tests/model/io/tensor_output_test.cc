#include "model/io/tensor_output.h"

#include <ATen/ops/ones.h>

#include "base/commit.h"
#include "base/file.h"
#include "model/io/safetensors.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

class TensorOutput : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& maker) const {
    write_safetensors(folder_ / name, {{{"x", at::ones({2})}}, made_by(maker)});
    return folder_ / name;
  }

  test::TempFolder folder_;
};

TEST_F(TensorOutput, ANewFileMayHaveAnySuffixButThatOfAnotherFormat) {
  EXPECT_NO_THROW(refuse_tensor_file(folder_ / "new.safetensors", false, "weights", {}));
  EXPECT_NO_THROW(refuse_tensor_file(folder_ / "new", false, "weights", {}));
  EXPECT_ERROR(refuse_tensor_file(folder_ / "new.parquet", true, "weights", {}), UsageError,
               "has the name of a file of format Parquet, but the output is safetensors");
}

TEST_F(TensorOutput, ACommandReplacesItsOwnFilesAlone) {
  const std::filesystem::path own = write("own.safetensors", "weights");
  EXPECT_NO_THROW(refuse_tensor_file(own, true, "weights", {}));
  EXPECT_ERROR(refuse_tensor_file(own, false, "weights", {}), Error, "own.safetensors");
  EXPECT_ERROR(refuse_tensor_file(own, true, "forward", {}), Error, "does not hold tensors of jetvit forward");
  EXPECT_ERROR(refuse_tensor_file(own, true, "weights", {folder_ / "x", own}), Error, "is an input of this command");
}

TEST_F(TensorOutput, FilesThatSayNothingOfTheirMakerAreKept) {
  write_safetensors(folder_ / "foreign.safetensors", {{{"x", at::ones({2})}}, {{"format", "pt"}}});
  commit_text(folder_ / "damaged.safetensors", "no tensors");
  for (const char* name : {"foreign.safetensors", "damaged.safetensors"}) {
    EXPECT_ERROR(refuse_tensor_file(folder_ / name, true, "weights", {}), Error,
                 std::string(name) + ": does not hold tensors of jetvit weights");
  }
  EXPECT_EQ(read_text_file(folder_ / "damaged.safetensors", 100), "no tensors");
}

}  // namespace
}  // namespace jetvit
