namespace Balie.Ticketing.Wallets;

/// <summary>Refuses to start with half a wallet configured, in a sentence that names the key.</summary>
internal sealed class WalletProblems : IValidateOptions<WalletOptions>
{
    public ValidateOptionsResult Validate(string? name, WalletOptions options)
    {
        var apple = options.Apple.IsSet ? AppleSigner.Problem(options.Apple) : null;
        var google = options.Google.IsSet ? GoogleSigner.Problem(options.Google) : null;
        return (apple ?? google) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
