#include "run/description.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

Description whole_description() {
  Description description;
  description.kind = "best";
  description.version = "0.1.0";
  description.model_name = "vit_nano";
  description.model_options = {{"outputs", 1}};
  description.transform.channels = {{"tracks", "GeV", false}};
  description.recipe = {{"train", {{"seed", 3}}}};
  description.data.name = "store";
  description.data.source = {{"data", {"store"}}};
  description.data.fingerprint = "abc";
  description.data.observers = ObserverDigests{{"pt", "12"}};
  description.data.shape = ImageShape{3, 125, 125};
  description.data.class_names = {"gluon", "quark"};
  description.data.label_column = "y";
  description.position.step = 7;
  return description;
}

TEST(Description, ComesBackFromJson) {
  const Json json = to_json(whole_description());
  EXPECT_EQ(to_json(description_from_json(json)), json);
}

TEST(Description, OlderOnesLackSomeOfTheData) {
  Json json = to_json(whole_description());
  for (const char* key : {"observers", "shape", "class_names", "label_column"}) json["data"].erase(key);
  const Description older = description_from_json(json);
  EXPECT_FALSE(older.data.observers);
  EXPECT_FALSE(older.data.shape);
  EXPECT_EQ(older.data.class_names, ClassNames());
  EXPECT_EQ(older.data.label_column, "");
}

// Any value in any place gives a description or an Error, and no exception of the JSON library.
TEST(Description, DamageIsAnError) {
  const Json whole = to_json(whole_description());
  const std::vector<Json> wrong = {Json(5), Json(nullptr), Json("x"), Json::array(), Json(-1.5), Json({{"a", 1}})};
  int refused = 0;
  const auto try_to_read = [&refused](const Json& json) {
    try {
      description_from_json(json);
    } catch (const Error&) {
      ++refused;
    }
  };
  for (const auto& [key, value] : whole.items()) {
    for (const Json& other : wrong) {
      Json damaged = whole;
      damaged[key] = other;
      try_to_read(damaged);
      if (!value.is_object()) continue;
      for (const auto& [inner, of_inner] : value.items()) {
        damaged = whole;
        damaged[key][inner] = other;
        try_to_read(damaged);
      }
    }
  }
  EXPECT_GT(refused, 100);
  for (const char* key : {"version", "model", "transform", "image", "recipe", "data", "position"}) {
    Json damaged = whole;
    damaged.erase(key);
    EXPECT_ERROR(description_from_json(damaged), Error, "damaged description");
  }
  for (const char* key : {"name", "source", "fingerprint"}) {
    Json damaged = whole;
    damaged["data"].erase(key);
    EXPECT_ERROR(description_from_json(damaged), Error, "damaged description");
  }
}

}  // namespace
}  // namespace jetvit
