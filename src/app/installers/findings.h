#pragma once

#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "app/installers/installer.h"
#include "core/base/result.h"
#include "core/packaging/project_name.h"
#include "core/url/url.h"
#include "io/net/trust.h"
#include "io/remote/login.h"

namespace tomme::guard {

struct NamedIndex {
  Url url;                 ///< without credentials
  std::string where;       ///< "--index-url", "/etc/pip.conf, [global] index-url"
  std::string name = {};   ///< as its installer knows it, "uv:corp"; empty where it has none
  SharedLogin login = {};  ///< what stood in its address
};

/// What a setting gives for an index of that name.
struct NamedLogin {
  std::string name;  ///< "poetry:corp"
  SharedLogin login;
};

/// Whose requirement, flag or setting it is, and how strictly to take it.
enum class ProofNeed : bool { optional, required };

/// Collects what arguments, environment and settings say. The functions that fail name what they refuse.
class Findings {
 public:
  /// Of the projects in `expected` proof is always required: what cannot carry it has no signer. A source
  /// that names no project may hold any of them, so where one is expected, proof is required of such a source
  /// too.
  Findings(ProofNeed proof, std::set<ProjectName> expected) : proof_(proof), expected_(std::move(expected)) {}

  /// While it lives, what is found is about this project (a name as it stands in a lock or table).
  class About {
   public:
    About(Findings& findings, std::string_view project);
    /// About nobody: whatever stands there may be anybody's.
    About(Findings& findings, std::nullopt_t) : findings_(findings), before_(findings.about_) {
      findings_.about_.reset();
    }
    ~About() { findings_.about_ = std::move(before_); }
    About(const About&) = delete;
    About& operator=(const About&) = delete;

   private:
    Findings& findings_;
    std::optional<ProjectName> before_;
  };

  bool expects_any() const { return !expected_.empty(); }
  bool is_about_an_expected() const { return about_ && expected_.contains(*about_); }
  bool is_about(const ProjectName& project) const { return about_ == project; }
  /// Whether an `About` with a valid name lives.
  bool names_a_project() const { return about_.has_value(); }

  /// A URL of an index. Empty ones are ignored; a folder or `file:` URL counts as `unproven`. Plain http off
  /// this machine is refused: nothing there can be judged that an attacker on the way could not exchange.
  /// `name` is that by which settings give a login for it: "uv:corp".
  Result<void> index(std::string_view url, const std::string& where, std::string name = {});
  /// A URL of a file that a lock records: its host is to be intercepted. `index` is the URL of the one that
  /// the lock has it from, where it says so.
  Result<void> locked_file(std::string_view url, const std::string& where, std::string_view index = {});
  /// A user name and a password that settings give for the index of this name. Of two the first counts.
  void login(std::string name, std::string_view user, std::string_view password);
  /// HOST or HOST:PORT, https.
  Result<void> file_host(std::string_view authority, const std::string& where);
  /// One requirement as pip and uv take it: a URL, a VCS reference or a path is `unproven`.
  Result<void> requirement(std::string_view text, const std::string& where);
  /// What cannot be judged: refused where proof is required, else a note. A hint where the code's own does
  /// not help.
  Result<void> unproven(std::string_view what, const std::string& where, std::string_view hint = {});
  /// The kinds of source that are `unproven` with every installer: a repository of a version control system,
  /// a path, a folder with sources, a page or folder of `--find-links`, and none but those at all.
  Result<void> checkout(std::string_view url, const std::string& where);
  Result<void> local_path(std::string_view path, const std::string& where);
  Result<void> source_tree(std::string_view place, const std::string& where);
  Result<void> find_links(std::string_view place, const std::string& where);
  Result<void> no_index(const std::string& where);
  /// A folder with sources in the project's own: not asked for proof, unless a signer of that very project is
  /// expected.
  Result<void> own_sources(std::string_view tree, const std::string& where);
  /// The same of the very project that the command works in, whoever is expected to sign it.
  void worked_on(std::string_view tree, const std::string& where);
  /// Connections whose other end the child does not check; `host` may be empty. They go to Tomme all the
  /// same, so no project comes in by them, and they are refused only where proof of everything is required.
  Result<void> unchecked_tls(std::string_view host, const std::string& where);
  /// A host that an installer asks without going through Tomme: only this machine may be one, and only while
  /// no index is on it.
  Result<void> reached_directly(std::string_view host, const std::string& where);
  /// A URL for `what` that is judged if its host is intercepted, and else cannot be judged.
  Result<void> direct_url(std::string_view url, const std::string& where);

  /// A text of a settings or lock file that a reader has looked at. What is handed to the functions above is
  /// so by itself.
  void taken(std::string_view text) { taken_.emplace(text); }
  bool is_taken(std::string_view text) const { return taken_.contains(text); }
  /// A text that could lead somewhere, found by a walk over a whole document: some reader must take it,
  /// before or after. Otherwise it is `unproven`, for nobody knows what its installer makes of it.
  void watch(std::string_view text, std::string where);
  /// A path, or a variable, that the installer may read otherwise than it was read here.
  void read_twice(std::string_view text) { read_twice_.emplace(text); }
  /// A variable that some command of the run may have with another value than is known here: whoever reads it
  /// is told as `read_twice`.
  void doubtful(std::string variable) { doubtful_.insert(std::move(variable)); }
  void expect_certain(const std::string& variable) {
    if (doubtful_.contains(variable)) read_twice("$" + variable);
  }
  /// False where the project in this folder was read already: projects may name one another in circles.
  bool is_new_project(const std::string& folder) { return read_projects_.insert(folder).second; }
  /// At the end, when all readers are through.
  Result<void> untaken();

  void note(std::string text);
  /// A note that the index will not see this certificate: Tomme makes the connection.
  void client_certificate(const std::string& where);
  /// A variable that the child must have, beyond what every child gets.
  void set(std::string name, std::string value) { variables_[std::move(name)] = std::move(value); }

  /// A variable that must name the run's certificates.
  void trust(std::string name) { trust_variables_.insert(std::move(name)); }

  /// A host that an installer asks for something else than packages: it is passed, and named in the report.
  /// What is no https address is none. Only the user's own settings may name one: those of a project came
  /// with the project.
  void service(std::string_view url);
  void service_of_a_project(std::string_view url, const std::string& where);
  const std::set<Origin>& services() const { return services_; }

  /// Authorities that a setting of an installer names, for some host of its own.
  void authorities(net::NamedAuthorities named) { authorities_.push_back(std::move(named)); }
  const std::vector<net::NamedAuthorities>& authorities() const { return authorities_; }

  /// An installer that the command starts; `unknown` may be any.
  void starts(Installer installer) { started_.insert(installer); }
  const std::set<Installer>& started() const { return started_; }

  /// Sorted out at the end, when all intercepted hosts are known: a direct URL elsewhere cannot be judged.
  Result<std::vector<std::string>> notes() const;
  const std::vector<NamedIndex>& indexes() const { return indexes_; }
  const std::vector<NamedLogin>& logins() const { return logins_; }
  void ask_keyring() { keyring_is_asked_ = true; }
  bool keyring_is_asked() const { return keyring_is_asked_; }
  /// The index of each file in a lock, by the file's address, both without credentials.
  const std::map<std::string, Url>& locked_files() const { return locked_files_; }
  const std::set<Origin>& origins() const { return origins_; }
  const std::map<std::string, std::string>& variables() const { return variables_; }
  const std::set<std::string>& trust_variables() const { return trust_variables_; }

 private:
  struct Direct {
    std::string host;  ///< empty where the URL has none
    std::string text;
    bool required;
  };
  /// So that a text is looked up without a copy.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  bool is_required() const;
  /// Whether the file at this address is judged as one of the project that it is to be, if a signer of that
  /// is expected: verdicts go by a file's name.
  bool is_judged_as_named(std::string_view url) const;
  Result<Url> index_or_file(std::string_view url, const std::string& where) const;

  ProofNeed proof_;
  std::set<ProjectName> expected_;
  std::optional<ProjectName> about_;
  std::vector<NamedIndex> indexes_;
  std::vector<NamedLogin> logins_;
  bool keyring_is_asked_ = false;  ///< a setting has the installer run `keyring`
  std::map<std::string, Url> locked_files_;
  std::set<Origin> origins_;
  struct Watched {
    std::string text;
    std::string where;
  };
  std::vector<Direct> direct_;
  std::string reached_directly_;  ///< the first setting that has this machine reached so
  std::unordered_set<std::string, TextHash, std::equal_to<>> taken_;
  std::vector<Watched> watched_;
  std::set<std::string> read_twice_;
  std::vector<std::string> notes_;
  std::unordered_set<std::string> noted_;  ///< the same
  std::set<std::string> doubtful_;
  std::set<std::string> read_projects_;
  std::map<std::string, std::string> variables_;
  std::set<std::string> trust_variables_;
  std::vector<net::NamedAuthorities> authorities_;
  std::set<Origin> services_;
  std::set<Installer> started_;
};

/// The path or `file:` URL in a requirement that names one, with what follows it up to a marker. Behind
/// `NAME @` stands a path where no URL does, whatever it looks like.
std::optional<std::string> local_path_of(std::string_view requirement);

/// "ruff" of "ruff@0.3" and "ruff@latest", as some commands take them; other text as it is.
std::string_view without_version(std::string_view requirement);

/// The path that a `file:` URL names, escapes decoded and a host cut off, as Python's url2pathname has it;
/// other text as it is.
std::string path_of_file_url(std::string_view text);

/// "flag --proxy: why"; for flags that would lead around the proxy. A hint where the code's own does not
/// help.
std::unexpected<Error> refused_flag(std::string_view program, std::string_view flag, std::string_view why,
                                    std::string_view hint = {});

/// "http://…" or "https://…", in any case.
bool is_http(std::string_view url);
std::string_view trim(std::string_view text);
/// At white space.
std::vector<std::string> words_of(std::string_view text);

}  // namespace tomme::guard
