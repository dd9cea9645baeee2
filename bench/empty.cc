// A program that does nothing, linked like signet-git: what the system takes to start and end one.
int main() { return 0; }
