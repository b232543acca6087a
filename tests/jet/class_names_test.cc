#include "jet/class_names.h"

#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(ClassNames, FollowTheKindOfDataSet) {
  EXPECT_EQ(default_class_names(3), (ClassNames{"gluon", "quark"}));
  EXPECT_EQ(default_class_names(8), (ClassNames{"qcd", "top"}));
  EXPECT_EQ(default_class_names(5), (ClassNames{"label 0", "label 1"}));
}

TEST(ClassNames, MustBeTwoDifferentOnes) {
  EXPECT_EQ(parse_class_names({"gluon", "quark"}), (ClassNames{"gluon", "quark"}));
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{}, {"gluon"}, {"gluon", ""}, {"quark", "Quark"}, {"a", "b", "c"}}) {
    EXPECT_ERROR(parse_class_names(words), UsageError, "two different names");
  }
}

TEST(ClassNames, MeanTheSameInUpperAndLowerCase) {
  EXPECT_TRUE(have_same_meaning({"gluon", "quark"}, {"Gluon", "QUARK"}));
  EXPECT_FALSE(have_same_meaning({"gluon", "quark"}, {"quark", "gluon"}));
  EXPECT_FALSE(have_same_meaning({"gluon", "quark"}, {"gluon", "top"}));
  EXPECT_FALSE(have_same_meaning({"gluon", "quark"}, {"gluo", "quark"}));
}

TEST(ClassNames, UnknownOnesFitAllAndHaveANumber) {
  EXPECT_TRUE(have_same_meaning({}, {"gluon", "quark"}));
  EXPECT_TRUE(have_same_meaning({"gluon", "quark"}, {}));
  EXPECT_EQ(class_names_text({}), "0 = label 0, 1 = label 1");
  EXPECT_EQ(class_names_text({"gluon", "quark"}), "0 = gluon, 1 = quark");
}

}  // namespace
}  // namespace jetvit
