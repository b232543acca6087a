#include "base/share.h"

#include <vector>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

// Each piece belongs to exactly one process, in both ways of dealing, and no process has two more than another.
TEST(Share, EveryPieceHasOneProcess) {
  for (std::size_t processes = 1; processes < 6; ++processes) {
    for (std::size_t pieces = 0; pieces < 20; ++pieces) {
      std::size_t next = 0;
      std::vector<int> owners(pieces);
      for (std::size_t process = 0; process < processes; ++process) {
        const Share share = {process, processes};
        const Share::Range range = share.of(pieces);
        EXPECT_EQ(range.first, next);
        next = range.last;
        EXPECT_GE(range.last - range.first, pieces / processes);
        EXPECT_LE(range.last - range.first, (pieces + processes - 1) / processes);
        for (std::size_t piece = 0; piece < pieces; ++piece) owners[piece] += share.has(piece) ? 1 : 0;
      }
      EXPECT_EQ(next, pieces);
      EXPECT_EQ(owners, std::vector<int>(pieces, 1));
    }
  }
}

}  // namespace
}  // namespace jetvit
