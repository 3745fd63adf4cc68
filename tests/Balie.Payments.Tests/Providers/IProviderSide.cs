using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Providers;

/// <summary>What happens at a provider, and what it says: the other side of everything that the product does.</summary>
internal interface IProviderSide : IAsyncDisposable
{
    string Name { get; }

    Guid AccountId { get; }

    /// <summary>Carries what was held, or forged.</summary>
    Courier Courier { get; }

    /// <summary>What becomes of its webhooks from now on.</summary>
    Task Post(Delivery how);

    /// <summary>What was held, for the test to do with as it likes.</summary>
    Task<IReadOnlyList<Letter>> TakeHeld();

    Task Buyer(string providerRef, BuyerDoes what);

    /// <summary>Lets every refund that is under way end well.</summary>
    Task SettleRefunds();

    /// <summary>The card holder's bank takes back what is left.</summary>
    Task ChargeBack(string providerRef);

    /// <summary>A webhook that says this was paid and is not to be believed; null where the protocol knows no such fault.</summary>
    Task<Letter?> Forge(Forgery how, string providerRef);

    /// <summary>The names under which it knows the payments begun for this attempt of ours.</summary>
    Task<IReadOnlyList<string>> PaymentsOf(Guid attemptId);

    /// <summary>What it has of ours from these orders, by its own books.</summary>
    Task<long> Balance(IReadOnlyCollection<Guid> orders);
}

/// <summary>A provider that speaks the real one's protocol over HTTP, with books of its own for every test.</summary>
internal sealed class FakeSide(IFakeProvider fake, Guid accountId) : IProviderSide
{
    public IFakeProvider Fake => fake;

    public string Name => fake.Name;

    public Guid AccountId => accountId;

    public Courier Courier => fake.Courier;

    public Task Post(Delivery how)
    {
        fake.Courier.Delivery = how;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Letter>> TakeHeld() => Task.FromResult(fake.Courier.TakeHeld());

    public Task Buyer(string providerRef, BuyerDoes what)
    {
        fake.Buyer(providerRef, what);
        return Task.CompletedTask;
    }

    public Task SettleRefunds()
    {
        fake.SettleRefunds();
        return Task.CompletedTask;
    }

    public Task ChargeBack(string providerRef)
    {
        fake.ChargeBack(providerRef);
        return Task.CompletedTask;
    }

    public Task<Letter?> Forge(Forgery how, string providerRef) => Task.FromResult(fake.Forge(how, providerRef));

    public Task<IReadOnlyList<string>> PaymentsOf(Guid attemptId) => Task.FromResult(fake.PaymentsOf(attemptId));

    public Task<long> Balance(IReadOnlyCollection<Guid> orders) => Task.FromResult(fake.Ledger.Balance());

    public ValueTask DisposeAsync() => fake.DisposeAsync();
}
