// All of core/ is linked in whole, without io/: a symbol missing at link time would be a way out of the core.
int main() {
  return 0;
}
