using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Carts;
using Balie.Orders.Desk;
using Balie.Orders.Placing;
using Balie.Orders.Saga;
using Balie.Orders.Vouchers;
using Microsoft.Extensions.Configuration;

namespace Balie.Orders;

/// <summary>Carts, vouchers, orders and what becomes of them. It knows no tickets and no products, only offers.</summary>
public sealed class OrdersModule : IModule
{
    private static readonly TimeSpan HalfAMinute = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    public string Name => "orders";

    public IReadOnlyList<string> Needs => ["identity", "inventory", "payments"];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddSingleton<OfferKinds>();
        services.AddSingleton<CartReader>();
        services.AddSingleton<VoucherUses>();
        services.AddSingleton<OrderReader>();
        services.AddSingleton<Placement>();
        services.AddSingleton<OrderSaga>();
        services.AddSingleton<IPayables, Payables>();
        services.AddSingleton<IOrders, OrderBook>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        SeeCart.Map(api);
        AddLine.Map(api);
        RemoveLine.Map(api);
        ExtendCart.Map(api);
        MergeCart.Map(api);
        AddVoucher.Map(api);
        RemoveVoucher.Map(api);

        CheckOut.Map(api);
        ListOrders.Map(api);
        SeeOrder.Map(api);
        SeeOrderHistory.Map(api);
        PayOrder.Map(api);
        CancelOrder.Map(api);
        ResendOrder.Map(api);
        MarkPaid.Map(api);
        PutOnHold.Map(api);

        CreateVoucher.Map(api);
        ListVouchers.Map(api);
        WithdrawVoucher.Map(api);
    }

    public void Listen(Listeners on) => on.Message<Contracts.Ticketing.EventCompleted>(CompleteOrdersWhenOver.Handle);

    public void Schedule(Timetable at)
    {
        at.Every(HalfAMinute, ExpireOrders.Run);
        at.Every(OneHour, ForgetCarts.Run);
    }

    public void Verify(Checks that) => OrderInvariants.State(that);
}
