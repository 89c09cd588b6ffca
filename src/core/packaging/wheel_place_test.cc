#include "core/packaging/wheel_place.h"

#include <gtest/gtest.h>

#include "core/packaging/record_places.h"

namespace tomme {
namespace {

using Scheme = WheelPlace::Scheme;

TEST(WheelPlace, IsToldByTheFolderInData) {
  const auto place = [](std::string_view name) {
    const auto found = wheel_place_of(name);
    return found ? std::to_string(static_cast<int>(found->scheme)) + std::string(found->path) : "none";
  };
  EXPECT_EQ(place("demo/x.py"), "0demo/x.py");
  EXPECT_EQ(place("demo.data"), "0demo.data") << "a file";
  EXPECT_EQ(place("demo-1.0.data/purelib/x.py"), "0x.py");
  EXPECT_EQ(place("demo-1.0.data/platlib/a/x.so"), "0a/x.so");
  EXPECT_EQ(place("demo-1.0.data/data/share/x"), "1share/x");
  EXPECT_EQ(place("demo-1.0.data/scripts/x"), "2x");
  EXPECT_EQ(place("demo-1.0.data/headers/x.h"), "3x.h");
  for (const char* name : {"demo-1.0.data/other/x", "demo-1.0.data/x", "demo-1.0.data/data/"})
    EXPECT_EQ(place(name), "none") << name;
  EXPECT_EQ((WheelPlace{Scheme::scripts, "x"}.in_environment()), "bin/x");
}

TEST(WheelPlace, IsFoundInARecord) {
  const std::vector<RecordRow> rows{{"../../../bin/x", {}},
                                    {"x", {}},
                                    {"/v/include/python3.11/demo/x.h", {}},
                                    {"../../../../elsewhere/x", {}}};
  const RecordPlaces places(rows, "/v/lib/python3.11/site-packages/");
  const auto path_of = [&](const WheelPlace& place) {
    const auto found = places.rows_of(place);
    return found.empty() ? "" : found.front()->path;
  };
  EXPECT_EQ(path_of({Scheme::scripts, "x"}), "../../../bin/x");
  EXPECT_EQ(path_of({Scheme::data, "x"}), "x");
  EXPECT_EQ(path_of({Scheme::headers, "x.h"}), "/v/include/python3.11/demo/x.h");
  EXPECT_EQ(path_of({Scheme::data, "bin/y"}), "");
}

TEST(WheelPlace, OfVeryManyRowsIsLookedForInAFew) {
  std::vector<RecordRow> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({"../../../include/a" + std::to_string(i) + "/x.h", {}});
  const RecordPlaces places(rows, "/v/lib/python3.11/site-packages");
  EXPECT_EQ(places.rows_of({Scheme::headers, "x.h"}).size(), 16U);
}

TEST(WheelPlace, OfARowIsSeenFromItsFolder) {
  const auto seen = [](std::string_view row) { return seen_from("/v/lib/python3.11/site-packages", row); };
  for (const char* row : {"demo/x.py", "./demo/x.py", "demo//x.py", "demo/./x.py",
                          "../site-packages/demo/x.py", "/v/lib/python3.11/site-packages/demo/x.py"})
    EXPECT_EQ(seen(row), "demo/x.py") << row;
  for (const char* row : {"../x.py", "../../../bin/x", "/opt/x"}) EXPECT_EQ(seen(row), row);
}

TEST(WheelPlace, HasNoDots) {
  EXPECT_EQ(without_dots("/v/lib/./a/../../bin//x"), "/v/bin/x");
  EXPECT_EQ(without_dots("/../x"), "/x");
  EXPECT_EQ(without_dots("/"), "");
}

}  // namespace
}  // namespace tomme
