#include "jet/jet_identity.h"

#include <functional>

#include "jet/jet_records.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

// Channel 0: pixels 1 and 11; channel 1: pixel 0.
JetRecords one_jet() {
  JetRecords jets;
  jets.images.shape = {2, 3, 4};
  jets.images.pixel = {1, 11, 0};
  jets.images.value = {0.5F, 2.25F, -1e-6F};
  jets.images.offset = {0, 2, 3};
  jets.label = {1};
  return jets;
}

std::string identity_of(JetRecords jets) {
  identify(jets);
  return jets.identity.at(0).text();
}

// Python: hashlib.sha256(np.array([2, 3, 4, 2, 1], '<u4').tobytes() + np.array([1, 11, 0], '<u2').tobytes()
//                        + np.array([0.5, 2.25, -1e-6], '<f4').tobytes()).hexdigest()[:32]
TEST(JetIdentity, IsTheDigestThatPythonComputes) {
  EXPECT_EQ(identity_of(one_jet()), "4f102c2e5053af027b4ddce8bc4826dd");
}

TEST(JetIdentity, ChangesWithTheImageAlone) {
  const std::string identity = identity_of(one_jet());
  const auto changed = [&](const std::function<void(JetRecords&)>& change) {
    JetRecords jets = one_jet();
    change(jets);
    return identity_of(jets);
  };
  EXPECT_EQ(changed([](JetRecords& jets) { jets.label = {0}; }), identity);
  EXPECT_EQ(changed([](JetRecords& jets) { jets.source_row = {7}; }), identity);
  EXPECT_NE(changed([](JetRecords& jets) { jets.images.value[1] = 2.2500002F; }), identity);
  EXPECT_NE(changed([](JetRecords& jets) { jets.images.pixel[2] = 1; }), identity);
  EXPECT_NE(changed([](JetRecords& jets) { jets.images.offset[1] = 1; }), identity);
  EXPECT_NE(changed([](JetRecords& jets) { jets.images.shape = {2, 4, 3}; }), identity);
}

TEST(JetIdentity, DoesNotDependOnTheJetsAround) {
  JetRecords jets = one_jet();
  jets.append(one_jet());
  identify(jets);
  EXPECT_EQ(jets.identity.at(1).text(), identity_of(one_jet()));
  EXPECT_EQ(jets.identity.at(0), jets.identity.at(1));
}

TEST(JetIdentity, OfAnEmptyImageIsUnknown) {
  JetRecords jets;
  jets.images.shape = {2, 3, 4};
  jets.images.offset = {0, 0, 0};
  jets.label = {0};
  identify(jets);
  EXPECT_FALSE(jets.identity.at(0).is_known());
}

TEST(JetIdentity, ThatIsStatedIsKept) {
  JetRecords jets = one_jet();
  jets.identity = {*identity_from_text("000102030405060708090a0b0c0d0e0f")};
  identify(jets);
  EXPECT_EQ(jets.identity.at(0).text(), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(jets.identity.at(0).key(), 0x0706050403020100U);
}

TEST(JetIdentity, TextIsReadAsItIsWritten) {
  EXPECT_FALSE(identity_from_text(""));
  EXPECT_FALSE(identity_from_text("000102030405060708090a0b0c0d0e0"));
  EXPECT_FALSE(identity_from_text("000102030405060708090A0B0C0D0E0F"));
  EXPECT_FALSE(identity_from_text("000102030405060708090a0b0c0d0e0g"));
}

TEST(JetIdentity, JetsWithAndWithoutItCannotBeJoined) {
  JetRecords with = one_jet();
  identify(with);
  EXPECT_ERROR(with.append(one_jet()), Error, "jets with identities cannot be joined with jets without them");
}

}  // namespace
}  // namespace jetvit
