# Says of each message file how many points the rules of SpamAssassin on this machine give it, and which: one line each, in
# one process, since reading the rules takes longer than all messages. Nothing is looked up in the network.
use strict;
use warnings;
use Mail::SpamAssassin;

my $filter = Mail::SpamAssassin->new({
    local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null', home_dir_for_helpers => $ENV{HOME},
});
$filter->init(1);
for my $name (@ARGV) {
    open my $file, '<:raw', $name or die "$name: $!";
    my $message = $filter->parse(do { local $/; <$file> });
    my $found = $filter->check($message);
    my $scores = $found->{conf}->{scores};
    print join("\t", $name, map { "$_=" . ($scores->{$_} // 0) } grep { $_ } split /,/, $found->get_names_of_tests_hit()), "\n";
    $found->finish();
    $message->finish();
}
