#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// From Poetry 2.5.1's help. cleo takes no abbreviations, and options anywhere.
constexpr Option kOptions[] = {
    {"-P", true, Meaning::project},
    {"--project", true, Meaning::project},
    {"-C", true, Meaning::directory},
    {"--directory", true, Meaning::directory},
    {"-e", false},
    {"-G", true},
    {"--group", true},
    {"-E", true},
    {"--extras", true},
    {"--with", true},
    {"--without", true},
    {"--only", true},
    {"--optional", true},
    {"--python", true},
    {"--platform", true},
    {"--markers", true},
    {"--source", true},
    {"-p", true},
    {"--priority", true},
    {"-o", true},
    {"--output", true},
    {"-f", true},
    {"--format", true},
};

std::string folder_variable(std::string_view source) {
  std::string name = "POETRY_CERTIFICATES_";
  for (char c : source) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name + "_CERT";
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

constexpr std::string_view kHarmlessInSettings[] = {"http-basic", "pypi-token", "certificates", "virtualenvs",
                                                    "cache-dir",  "data-dir",   "python"};

class PoetryCollector {
 public:
  explicit PoetryCollector(Collector& into)
      : into_(into), findings_(into.findings), directory_(into.invocation.directory) {}

  Result<Nested> run(const Command* command) {
    Nested nested;
    if (command != nullptr) nested = TRY(command_line(*command));
    TRY(environment());
    TRY(settings());
    TRY(project());
    keep_virtual_environments();
    return nested;
  }

 private:
  Result<Nested> command_line(const Command& command) {
    Arguments top = scan(command.arguments, {kOptions, false, true});
    Arguments found = scan(command.arguments, {kOptions, false, false});
    std::string sub = top.words.empty() ? "" : top.words[0];
    const Arguments& used = sub == "run" ? top : found;
    for (const Found& option : used.options) {
      if (option.meaning == Meaning::directory) directory_ = path_in(into_, directory_, option.value);
    }
    for (const Found& option : used.options) {
      if (option.meaning == Meaning::project) directory_ = path_in(into_, directory_, option.value);
    }
    if (sub == "run") return Nested{{{top.words.begin() + 1, top.words.end()}}};
    std::size_t first = 1;
    bool adds = sub == "add";
    if (sub == "self") {
      // Poetry's own plugins are a project in its settings' folder.
      if (std::string home = config_home(); !home.empty()) directory_ = home;
      adds = found.words.size() > 1 && found.words[1] == "add";
      first = 2;
    }
    for (std::size_t i = first; adds && i < found.words.size(); ++i) {
      TRY(collect_requirement(into_, without_version(found.words[i]), "poetry " + sub,
                              into_.invocation.directory));
    }
    if (sub == "source" && found.words.size() > 3 && found.words[1] == "add") {
      TRY(findings_.index(found.words[3], "poetry source add"));
    }
    return Nested{};
  }

  Result<void> environment() {
    if (const std::string* mirror = into_.variable("POETRY_PYPI_MIRROR_URL")) {
      TRY(findings_.index(*mirror, "POETRY_PYPI_MIRROR_URL"));
    }
    for (const auto& [name, value] : into_.invocation.environment) {
      if (name.starts_with("POETRY_REPOSITORIES_") && name.ends_with("_URL")) {
        const std::string source = name.substr(20, name.size() - 20 - 4);
        TRY(findings_.index(value, name, "poetry:" + source));
      }
      const bool is_certificate = name.starts_with("POETRY_CERTIFICATES_") && name.ends_with("_CERT") &&
                                  !name.ends_with("_CLIENT_CERT");
      if (is_certificate && !value.empty() && value != "false") findings_.authorities({value, name});
    }
    return {};
  }

  std::string config_home() const {
    if (const std::string* own = into_.variable("POETRY_CONFIG_DIR")) return *own;
    std::string home = into_.config_home();
    return home.empty() ? "" : home + "/pypoetry";
  }

  /// config.toml, auth.toml, then poetry.toml of the project: the last one wins.
  Result<void> settings() {
    std::vector<std::string> files;
    if (std::string home = config_home(); !home.empty()) {
      files = {home + "/config.toml", home + "/auth.toml"};
    }
    for (const std::string& folder : ancestors_of(directory_)) files.push_back(folder + "/poetry.toml");
    for (const std::string& path : files) TRY(settings_file(path));
    return {};
  }

  Result<void> settings_file(const std::string& path) {
    std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (!document) return {};
    if (auto mirror = text_at(*document, "plugins.pypi_mirror.url")) TRY(findings_.index(*mirror, path));
    for (const json::Member& repository : members_of(at(*document, "repositories"))) {
      if (auto url = text_at(repository.value, "url"))
        TRY(findings_.index(*url, path + ", [repositories]", "poetry:" + repository.name));
    }
    logins(*document);
    for (const json::Member& source : members_of(at(*document, "certificates"))) {
      if (at(source.value, "cert") == nullptr) continue;
      findings_.trust(folder_variable(source.name));
      if (auto cert = text_at(source.value, "cert"); cert && *cert != "false") {
        findings_.authorities({std::string(*cert), path + ", [certificates." + source.name + "] cert"});
      }
    }
    if (auto cache = text_at(*document, "cache-dir")) cache_ = *cache;
    if (auto path_of = text_at(*document, "virtualenvs.path")) virtualenvs_ = *path_of;
    watch_texts(findings_, *document, path + ",", {.harmless = kHarmlessInSettings});
    return {};
  }

  /// `[http-basic.NAME]` of auth.toml, for the source of that name.
  void logins(const json::Value& document) {
    for (const json::Member& source : members_of(at(document, "http-basic"))) {
      if (const auto user = text_at(source.value, "username")) {
        findings_.login("poetry:" + source.name, *user, text_at(source.value, "password").value_or(""));
      }
    }
  }

  /// By default Poetry keeps virtual environments below its cache, which is another one during the run:
  /// without this it would make a new environment there, and lose it.
  void keep_virtual_environments() {
    if (const std::string* own = into_.variable("POETRY_CACHE_DIR")) cache_ = *own;
    if (const std::string* own = into_.variable("POETRY_VIRTUALENVS_PATH")) virtualenvs_ = *own;
    if (cache_.empty()) {
      const std::string* caches = into_.variable("XDG_CACHE_HOME");
      if (caches == nullptr && into_.invocation.home.empty()) return;
      cache_ = (caches != nullptr ? *caches : into_.invocation.home + "/.cache") + "/pypoetry";
    }
    replace_all(virtualenvs_, "{cache-dir}", cache_);
    findings_.set("POETRY_VIRTUALENVS_PATH", virtualenvs_);
  }

  Result<void> project() {
    for (const std::string& folder : ancestors_of(directory_)) {
      std::string path = folder + "/pyproject.toml";
      std::optional<json::Value> document = TRY(into_.read_toml(path));
      if (!document || (at(*document, "tool.poetry") == nullptr && at(*document, "project") == nullptr))
        continue;
      TRY(collect_poetry_tables(into_, *document, path));
      return collect_poetry_lock(into_, folder + "/poetry.lock");
    }
    return {};
  }

  Collector& into_;
  Findings& findings_;
  std::string directory_;
  std::string cache_;
  std::string virtualenvs_ = "{cache-dir}/virtualenvs";
};

}  // namespace

Result<Nested> collect_poetry(Collector& into, const Command* command) {
  return PoetryCollector(into).run(command);
}

}  // namespace tomme::guard
