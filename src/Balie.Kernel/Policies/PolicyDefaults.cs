using Microsoft.Extensions.Options;

namespace Balie.Kernel;

/// <summary>Refuses to start with defaults that no organisation could choose, in a sentence that names the key.</summary>
internal sealed class PolicyDefaults : IValidateOptions<Policies>
{
    public ValidateOptionsResult Validate(string? name, Policies options)
    {
        var problems = Figures.Problems(options);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.Select(Sentence));
    }

    private static string Sentence(FieldError problem) =>
        $"Balie:Policies:{char.ToUpperInvariant(problem.Field[0])}{problem.Field[1..]}: {problem.Message}";
}
