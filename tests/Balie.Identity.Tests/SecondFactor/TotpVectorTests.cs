using System.Text;
using Balie.Identity.SecondFactor;

namespace Balie.Identity.Tests.SecondFactor;

/// <summary>The test vectors of RFC 6238 (appendix B, SHA-1) and of RFC 4648 (§10, base32).</summary>
public sealed class TotpVectorTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    [Theory]
    [InlineData(59L, "94287082")]
    [InlineData(1111111109L, "07081804")]
    [InlineData(1111111111L, "14050471")]
    [InlineData(1234567890L, "89005924")]
    [InlineData(2000000000L, "69279037")]
    [InlineData(20000000000L, "65353130")]
    public void A_code_is_that_of_the_RFC(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8));

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void A_secret_is_spelled_as_in_the_RFC(string secret, string spelled) =>
        Assert.Equal(spelled, Totp.Spell(Encoding.ASCII.GetBytes(secret)));

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(60, false)]
    public void A_telephone_may_be_one_step_off(int seconds, bool accepted)
    {
        var now = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var code = Totp.Code(Secret, Totp.StepAt(now.AddSeconds(seconds)));

        Assert.Equal(accepted, Totp.Find(Secret, code, now, lastUsedStep: 0) is not null);
    }
}
