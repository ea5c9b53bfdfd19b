using ChatOps.Testing;

namespace ChatOps.Shared.Tests.Suite;

public sealed class SeedsTests
{
    /// <summary>Written down: what one process printed another replays.</summary>
    [Theory]
    [InlineData(0, "a", 1678518572)]
    [InlineData(1, "a", 1695296191)]
    [InlineData(0, "b", 1728851429)]
    public void A_seed_and_a_name_give_the_same_in_every_process(int run, string what, int seed) => Assert.Equal(seed, Seeds.Of(run, what));

    [Fact]
    public void One_place_draws_the_same_again_and_its_parts_differ()
    {
        int[] drawn = [Seeds.New(), Seeds.New(), Seeds.New(1)];
        Assert.Equal(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[0], drawn[2]);
    }
}
