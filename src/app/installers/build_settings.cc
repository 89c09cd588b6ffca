#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/installers/collect.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"

// What a build backend and its plugins take from a project beside what every installer knows: requirements in
// tables of their own, in hatch.toml and setup.cfg, and files with requirements that these name. There is no
// list of backends. An installer takes of them what PEP 508 has, `NAME @ PLACE`, so that everything spelt
// like it counts, wherever it stands, but where a reader of its own knows better.
namespace tomme::guard {
namespace {

constexpr std::string_view kNameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// A URL, a path or a placeholder for one. "1.0", "{version}" and "example.test" are none.
bool is_place(std::string_view text) {
  const auto starts = [&](std::string_view start) { return text.starts_with(start); };
  if (text.contains("://") || ascii::to_lower(text).contains("file:")) return true;
  if (starts("git+") || starts("hg+") || starts("svn+") || starts("bzr+")) return true;
  if (starts("/") || starts("./") || starts("../") || starts("~/")) return true;
  if (starts("{") || starts("$") || starts("%")) return text.find_first_of("/:") != std::string_view::npos;
  // Some take white space of Unicode's for a blank.
  if (!text.empty() && !is_ascii(text[0])) return text.contains('/');
  return has_archive_name(text.substr(0, text.find_first_of(" \t;#")));
}

/// `NAME @ PLACE`, `NAME[EXTRA]@PLACE`.
bool is_direct_reference(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  std::string_view name = text.substr(0, at);
  name = name.substr(0, name.find('['));
  const auto is_of_a_name = [](char c) { return kNameBytes.contains(c); };
  const auto is_space = [](char c) { return !is_ascii(c) || c <= ' '; };
  const auto is_known = [&](char c) { return is_of_a_name(c) || is_space(c); };
  const bool is_one_word = words_of(name).size() == 1;
  return is_one_word && std::ranges::any_of(name, is_of_a_name) && std::ranges::all_of(name, is_known) &&
         is_place(trim(text.substr(at + 1)));
}

class BuildSettings {
 public:
  BuildSettings(Collector& into, std::string folder) : into_(into), folder_(std::move(folder)) {}

  Result<void> pyproject(const json::Value& document) {
    where_ = folder_ + "/pyproject.toml";
    TRY(value(document));
    if (text_at(document, "build-system.build-backend").value_or("").starts_with("poetry"))
      TRY(collect_poetry_tables(into_, document, where_));
    if (const json::Value* dynamic = at(document, "tool.setuptools.dynamic")) TRY(setuptools_files(*dynamic));
    TRY(hatch_files(at(document, "tool.hatch.metadata.hooks")));
    return pbr_files(texts_at(document, "build-system.requires"));
  }

  Result<void> hatch_toml() {
    where_ = folder_ + "/hatch.toml";
    const std::optional<json::Value> document = TRY(into_.read_toml(where_));
    if (!document) return {};
    TRY(value(*document));
    return hatch_files(at(*document, "metadata.hooks"));
  }

  Result<void> setup_cfg() {
    where_ = folder_ + "/setup.cfg";
    const std::optional<std::string> text = TRY(into_.read(where_));
    if (!text) return {};
    // A program cannot be read; pbr has its settings in setup.cfg, and only its name here.
    const std::optional<std::string> program = TRY(into_.read(folder_ + "/setup.py"));
    if (program && program->contains("pbr")) TRY(pbr_files(std::vector<std::string>{"pbr"}));
    for (const std::string& line : lines_of(*text)) TRY(setup_line(line));
    return setup_value();
  }

 private:
  // ---- tables

  /// Read by those whose they are, and by no backend; a project may have there what it builds nothing with.
  bool is_read_elsewhere() const {
    using Keys = std::vector<std::string_view>;
    constexpr std::array<std::string_view, 10> kTools{
        "uv", "poetry", "tox", "nox", "cibuildwheel", "rye", "conda-lock", "pixi", "pip", "pip-tools",
    };
    if (keys_ == Keys{"project"} || keys_ == Keys{"dependency-groups"}) return true;
    if (keys_ == Keys{"build-system", "requires"} || keys_ == Keys{"envs"} || keys_ == Keys{"env"})
      return true;
    if (keys_.size() == 2 && keys_[0] == "tool") return std::ranges::find(kTools, keys_[1]) != kTools.end();
    if (keys_.size() != 3 || keys_[0] != "tool") return false;
    if (keys_[1] == "hatch") return keys_[2] == "envs" || keys_[2] == "env";
    return keys_[1] == "pdm" && keys_[2] != "build" && keys_[2] != "version";
  }

  Result<void> value(const json::Value& here) {
    if (const std::string* text = here.text()) return one_text(*text, place());
    for (const json::Value& item : items_of(&here)) TRY(value(item));
    for (const json::Member& member : members_of(&here)) {
      keys_.push_back(member.name);
      if (!is_read_elsewhere()) {
        // Some iterate over a table where a list belongs, and take its keys.
        TRY(one_text(member.name, place()));
        TRY(value(member.value));
      }
      keys_.pop_back();
    }
    return {};
  }

  std::string place() const {
    std::string text = where_ + ",";
    for (std::size_t i = 0; i < keys_.size(); ++i) text += (i == 0 ? " " : ".") + shown_address(keys_[i]);
    return text;
  }

  Result<void> one_text(std::string_view text, const std::string& where) {
    text = trim(text);
    if (!is_direct_reference(text)) return {};
    const json::Value list(json::Array{json::Value(std::string(text))});
    return collect_requirement_list(into_, &list, where, folder_);
  }

  // ---- files with requirements

  /// What is not there asks for nothing: backends say so, or take it for none.
  Result<void> files(std::span<const std::string> names) {
    for (const std::string& name : names) {
      if (into_.invocation.read(path_in(into_, folder_, name), 1))
        TRY(collect_requirements(into_, name, folder_, where_ + ", file", ByName::nothing));
    }
    return {};
  }

  Result<void> setuptools_files(const json::Value& dynamic) {
    TRY(files(texts_at(dynamic, "dependencies.file")));
    for (const json::Member& extra : members_of(at(dynamic, "optional-dependencies")))
      TRY(files(texts_at(extra.value, "file")));
    return {};
  }

  /// A plugin's name is not known here; what takes requirements from files calls them so.
  Result<void> hatch_files(const json::Value* hooks) {
    for (const json::Member& hook : members_of(hooks)) {
      for (const char* key : {"files", "file", "filename", "filenames"})
        TRY(files(texts_at(hook.value, key)));
      for (const json::Member& extra : members_of(at(hook.value, "optional-dependencies")))
        TRY(files(texts_at(json::Value(json::Object({extra})), extra.name)));
    }
    return {};
  }

  /// pbr has the project's requirements in these, without being told.
  Result<void> pbr_files(std::span<const std::string> requires_) {
    const auto is_pbr = [](const std::string& text) {
      return text.starts_with("pbr") && (text.size() == 3 || !kNameBytes.contains(text[3]));
    };
    if (std::ranges::none_of(requires_, is_pbr)) return {};
    constexpr std::array<std::string_view, 3> kFiles{"requirements.txt", "test-requirements.txt",
                                                     "tools/pip-requires"};
    return files(std::vector<std::string>(kFiles.begin(), kFiles.end()));
  }

  // ---- setup.cfg

  /// As Python cuts a text, so that no line of a value is hidden in another.
  static std::vector<std::string> lines_of(std::string_view text) {
    constexpr std::array<std::string_view, 10> kEnds{
        "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    std::vector<std::string> lines(1);
    while (!text.empty()) {
      const auto end =
          std::ranges::find_if(kEnds, [&](std::string_view each) { return text.starts_with(each); });
      if (end == kEnds.end()) {
        lines.back() += text.front();
        text.remove_prefix(1);
      } else {
        lines.emplace_back();
        text.remove_prefix(end->size());
      }
    }
    return lines;
  }

  /// Not by the reader of settings: other programs have sections here that it would refuse. Whatever may be a
  /// head of a section or of a setting counts as one, and is looked at all the same.
  Result<void> setup_line(const std::string& line) {
    const std::string_view bare = trim(line);
    if (bare.empty() || bare.starts_with('#') || bare.starts_with(';')) return {};
    if (bare.starts_with('[') && bare.contains(']')) {
      TRY(setup_value());
      section_ = bare.substr(1, bare.rfind(']') - 1);
      // One that is indented may be a line of a value, or none.
      if (!line.starts_with('[')) section_ = "options";
      return {};
    }
    // What tox and the linters have there is theirs.
    if (section_.starts_with("tox") || section_.starts_with("testenv") || section_.starts_with("tool:"))
      return {};
    const std::size_t delimiter = std::min(bare.find_first_of("=:"), bare.size());
    TRY(setup_texts(bare));
    TRY(setup_texts(bare.substr(std::min(delimiter + 1, bare.size()))));
    if (line.starts_with(' ') || line.starts_with('\t')) {
      value_ += "\n" + std::string(bare);
      return {};
    }
    TRY(setup_value());
    key_ = ascii::to_lower(trim(bare.substr(0, delimiter)));
    std::ranges::replace(key_, '-', '_');
    value_ = trim(bare.substr(std::min(delimiter + 1, bare.size())));
    return {};
  }

  Result<void> setup_texts(std::string_view texts) {
    const std::string where = where_ + ", [" + shown_address(section_) + "]";
    while (true) {
      const std::size_t end = texts.find(';');
      TRY(one_text(texts.substr(0, end), where));
      if (end == std::string_view::npos) return {};
      texts.remove_prefix(end + 1);
    }
  }

  /// A setting that is complete: `install_requires = file: a.txt, b.txt`.
  Result<void> setup_value() {
    const std::string value = std::exchange(value_, "");
    const std::string_view text = trim(value);
    // What stands in [DEFAULT] stands in every section.
    const bool has_extras = section_.starts_with("options.extras_require") || section_ == "DEFAULT";
    if (section_ == "easy_install" && key_ == "find_links" && !text.empty())
      return into_.findings.find_links(text, where_ + ", [easy_install] find_links");
    if (key_ == "dependency_links" && !text.empty())
      return into_.findings.find_links(text, where_ + ", [" + shown_address(section_) + "] dependency_links");
    if (section_ == "easy_install" && key_ == "index_url") {
      const std::string where = where_ + ", [easy_install] index_url";
      // Hardly any build asks it today: one over plain http is not refused everywhere for it.
      const bool is_judged = ascii::to_lower(text).starts_with("https://");
      return is_judged ? into_.findings.index(text, where)
                       : into_.findings.unproven("an index of easy_install's own", where);
    }
    if (key_ == "setup_requires") TRY(pbr_files(words_of(text)));
    constexpr std::string_view kFile = "file:";
    if (!(has_extras || key_.ends_with("_requires")) || !text.starts_with(kFile)) return {};
    std::string names(text.substr(kFile.size()));
    std::ranges::replace(names, ',', '\n');
    for (const std::string& name : lines_of(names)) TRY(files(std::vector{std::string(trim(name))}));
    return {};
  }

  Collector& into_;
  std::string folder_;
  std::string where_;                   ///< the file that is read
  std::vector<std::string_view> keys_;  ///< of the tables around
  std::string section_;
  std::string key_;
  std::string value_;
};

}  // namespace

Result<void> collect_build_settings(Collector& into, const json::Value* pyproject,
                                    const std::string& folder) {
  BuildSettings settings(into, folder);
  if (pyproject != nullptr) TRY(settings.pyproject(*pyproject));
  TRY(settings.hatch_toml());
  return settings.setup_cfg();
}

}  // namespace tomme::guard
