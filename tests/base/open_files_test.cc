// The limit of open files, against what the kernel lets the process open.
#include "base/open_files.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/file.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

rlimit limit_of_files() {
  rlimit limit{};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  return limit;
}

void open_many(std::size_t count) {
  std::vector<std::unique_ptr<InputFile>> files;
  while (files.size() < count) files.push_back(std::make_unique<InputFile>("/proc/self/exe"));
}

TEST(OpenFiles, AsManyAsTheHardLimitAllows) {
  constexpr rlim_t kFew = 64;
  const rlimit before = limit_of_files();
  ASSERT_GT(before.rlim_max, 1000);
  const rlimit low = {kFew, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_ERROR(open_many(500), Error, "Too many open files");
  allow_open_files(500, "store");
  EXPECT_NO_THROW(open_many(500));
  const rlim_t raised = limit_of_files().rlim_cur;
  allow_open_files(10, "store");  // is allowed already
  EXPECT_EQ(limit_of_files().rlim_cur, raised);
  EXPECT_EQ(limit_of_files().rlim_max, before.rlim_max);
  EXPECT_ERROR(allow_open_files(before.rlim_max, "store"), Error,
               "the hard limit of this process is " + std::to_string(before.rlim_max));
  EXPECT_EQ(limit_of_files().rlim_cur, raised);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace jetvit
