#include "base/commit.h"

#include <array>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(Commit, ReplacesTheOldContent) {
  const test::TempFolder folder;
  commit_text(folder / "a.txt", "old");
  commit_text(folder / "a.txt", "new content");
  EXPECT_EQ(read_text_file(folder / "a.txt", 100), "new content");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(Commit, WithoutCommitNothingIsLeft) {
  const test::TempFolder folder;
  commit_text(folder / "a.txt", "old");
  {
    OutputFile file(folder / "a.txt");
    file.write("half");
  }
  EXPECT_EQ(read_text_file(folder / "a.txt", 100), "old");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(Commit, NamesPathAndCause) {
  EXPECT_ERROR(OutputFile("/nonexistent-folder/a.txt"), Error,
               "/nonexistent-folder/a.txt: cannot be written (No such file or directory)");
}

TEST(Commit, RefusesAnExistingOutput) {
  const test::TempFolder folder;
  commit_text(folder / "a.txt", "old");
  EXPECT_ERROR(refuse_existing(folder / "a.txt", false), Error, "already exists (nothing was changed)");
  EXPECT_NO_THROW(refuse_existing(folder / "a.txt", true));
  EXPECT_NO_THROW(refuse_existing(folder / "b.txt", false));
}

// What a process that was killed while it wrote `path` leaves.
std::filesystem::path killed_while_writing(const std::filesystem::path& path) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    OutputFile file(path);
    const std::string name = file.temporary_path();
    if (::write(pipe_ends[1], name.data(), name.size()) > 0) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  std::array<char, 4096> name{};
  const ssize_t size = ::read(pipe_ends[0], name.data(), name.size());
  for (const int end : pipe_ends) ::close(end);
  return std::string(name.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
}

TEST(Commit, RemovesTemporariesOfDeadProcessesOnly) {
  const test::TempFolder folder;
  OutputFile alive(folder / "b.txt");
  const std::filesystem::path dead = killed_while_writing(folder / "a.txt");
  EXPECT_TRUE(std::filesystem::exists(dead));
  remove_stale_temporaries(folder.path());
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(alive.temporary_path()));
  alive.write("whole");
  alive.commit();
  EXPECT_EQ(read_text_file(folder / "b.txt", 100), "whole");
}

// The name shows nothing: a process of that number may live on another host.
TEST(Commit, KeepsTemporariesThatAnyProcessLocks) {
  const test::TempFolder folder;
  const std::filesystem::path other = folder / ".a.txt.jetvit-tmp-999999999-1";
  commit_text(other, "half");
  const int descriptor = ::open(other.c_str(), O_RDWR);
  ASSERT_EQ(::flock(descriptor, LOCK_EX), 0);
  remove_stale_temporaries(folder.path());
  EXPECT_TRUE(std::filesystem::exists(other));
  ::close(descriptor);
  remove_stale_temporaries(folder.path());
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST(Commit, TheNextWriterOfAFolderTidiesIt) {
  const test::TempFolder folder;
  const std::filesystem::path dead = killed_while_writing(folder / "a.txt");
  EXPECT_TRUE(std::filesystem::exists(dead));
  commit_text(folder / "b.txt", "whole");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(InputFile, ShrunkFileIsAnErrorNotASignal) {
  const test::TempFolder folder;
  commit_text(folder / "a.bin", std::string(100, 'x'));
  const InputFile file(folder / "a.bin");
  std::filesystem::resize_file(folder / "a.bin", 40);
  std::vector<std::byte> out(100);
  EXPECT_ERROR(file.read(0, out), Error, "ends at byte 40, expected 100 (it was cut short)");
}

TEST(InputFile, RefusesFoldersAndLimits) {
  const test::TempFolder folder;
  EXPECT_ERROR(InputFile(folder.path()), Error, "is not a regular file");
  commit_text(folder / "a.txt", "12345");
  EXPECT_ERROR(read_text_file(folder / "a.txt", 4), Error, "more than the limit of 4 B");
}

}  // namespace
}  // namespace jetvit
